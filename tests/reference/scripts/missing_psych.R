# Reference values of psych for incomplete answers: Rscript missing_psych.R <tests/reference> writes missing_psych.json
# there, and data/planned_missing.csv: three forms of a questionnaire, each without a third of the items, so that
# nobody is complete. Needs psych and jsonlite (Debian r-cran-psych, r-cran-jsonlite). psych's search ends in the
# fifth digit: its log-likelihood is written too, which a better solution exceeds.
suppressMessages(library(psych))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20261130)
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
items <- c(paste0("A", 1:3), paste0("B", 1:3), paste0("Y", 1:3))
planned <- survey[items]
form <- sample(1:3, nrow(planned), TRUE)
for (which in 1:3) planned[form == which, seq(which, length(items), by = 3)] <- NA
planned[matrix(runif(length(as.matrix(planned))) < 0.03, nrow(planned))] <- NA
write.csv(planned, file.path(folder, "data", "planned_missing.csv"), row.names = FALSE, na = "")

log_likelihood <- function(data, mean, covariance) {
  sum(apply(as.matrix(data), 1, function(row) {
    given <- !is.na(row)
    if (!any(given)) return(0)
    deviation <- row[given] - mean[given]
    own <- covariance[given, given, drop = FALSE]
    -0.5 * (sum(given) * log(2 * pi) + as.numeric(determinant(own)$modulus) + sum(deviation * solve(own, deviation)))
  }))
}
of <- function(data) {
  found <- corFiml(data, covar = TRUE)
  mean <- as.numeric(found$mean)
  list(
    items = names(data), n = nrow(data), mean = mean, covariance = unname(found$cov), correlation = unname(found$cor),
    log_likelihood = log_likelihood(data, mean, found$cov)
  )
}
# alpha of a construct by the covariances of full information.
reliability <- function(data) {
  own <- of(data)
  total <- suppressMessages(suppressWarnings(alpha(own$covariance, n.obs = own$n)))$total
  c(own, list(alpha = total$raw_alpha, std_alpha = total$std.alpha))
}
gaps <- read.csv(file.path(folder, "data", "survey_missing.csv"))
result <- list(
  provenance = list(
    tool = "psych", version = as.character(packageVersion("psych")), R_version = R.version.string,
    script = "tests/reference/scripts/missing_psych.R", seed = 20261130,
    data = "tests/reference/data/sim676.csv with a third of the items left out by design; survey_missing.csv"
  ),
  planned_missing = of(planned),
  survey_missing = lapply(split(names(gaps), substr(names(gaps), 1, 1)), function(own) reliability(gaps[own]))
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor"),
  file.path(folder, "missing_psych.json")
)
