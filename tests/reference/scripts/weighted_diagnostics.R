# Reference values for what weights and clusters make of collinearity, joint tests and residuals of a factor
# model: Rscript weighted_diagnostics.R <tests/reference> writes weighted_diagnostics.json there, of
# data/survey_weighted.csv (weights_and_clusters.R). Needs survey, lavaan, jsonlite (Debian r-cran-survey,
# r-cran-lavaan, r-cran-jsonlite).
suppressMessages({library(survey); library(lavaan)})
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
items <- grep("^(A|B|Y)[0-9]", names(answers), value = TRUE)
measurement <- paste(sapply(c("A", "B", "Y"), function(s) {
  paste(s, "=~", paste(grep(paste0("^", s), items, value = TRUE), collapse = " + "))
}), collapse = "\n")
fit <- cfa(measurement, answers, estimator = "MLR", meanstructure = FALSE, sampling.weights = "weight",
  optim.method = "BFGS", control = list(reltol = 1e-16))
raw <- lavResiduals(fit, type = "raw")$cov
bentler <- lavResiduals(fit, type = "cor.bentler")$cov

# The regression of item Y1 on four items: enough predictors for joint tests of some of them.
answers$y <- answers$Y1
designs <- list(
  weighted = svydesign(ids = ~1, weights = ~weight, data = answers),
  clustered = svydesign(ids = ~school, weights = ~1, data = answers),
  both = svydesign(ids = ~school, weights = ~weight, data = answers)
)
of <- function(design) {
  fit <- svyglm(y ~ A1 + A2 + B1 + B2, design)
  test <- function(terms) {
    found <- regTermTest(fit, terms)
    list(f = as.numeric(found$Ftest), p = as.numeric(found$p), df = found$df, ddf = found$ddf)
  }
  list(
    vif = unname(diag(solve(cov2cor(as.matrix(svyvar(~ A1 + A2 + B1 + B2, design)))))),
    first = test(~ A1 + A2), other = test(~ A2 + B1 + B2), one = test(~B2)
  )
}
# Belsley, Kuh and Welsch, of rows times the root of their weight.
w <- answers$weight / mean(answers$weight)
columns <- cbind(1, as.matrix(answers[c("A1", "A2", "B1", "B2")])) * sqrt(w)
columns <- sweep(columns, 2, sqrt(colSums(columns^2)), "/")
parts <- svd(columns)
share <- (t(parts$v) / parts$d)^2
result <- list(
  provenance = list(
    tool = "survey", version = as.character(packageVersion("survey")),
    lavaan = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/weighted_diagnostics.R", data = "tests/reference/data/survey_weighted.csv"
  ),
  items = items,
  residuals = unname(unclass(raw)), correlations = unname(unclass(bentler)),
  regression = lapply(designs, of),
  condition_indices = max(parts$d) / parts$d,
  variance_proportions = unname(sweep(share, 2, colSums(share), "/"))
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor"),
  file.path(folder, "weighted_diagnostics.json")
)
