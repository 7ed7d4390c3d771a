# Reference values for the cluster bootstrap: Rscript cluster_bootstrap.R <tests/reference> writes
# cluster_bootstrap_lavaan.json there, of data/survey_weighted.csv (weights_and_clusters.R). Needs lavaan,
# jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20261129)
answers <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
items <- grep("^(A|B|Y)[0-9]", names(answers), value = TRUE)
schools <- sort(unique(answers$school))
measurement <- paste(sapply(c("A", "B", "Y"), function(s) {
  paste(s, "=~", paste(grep(paste0("^", s), items, value = TRUE), collapse = " + "))
}), collapse = "\n")
structural <- paste(measurement, "Y ~ B\nB ~ A", sep = "\n")

# Rows of the schools drawn stand below one another; a school drawn twice is there twice.
estimates <- function(f, model, drawn, weights) {
  rows <- unlist(lapply(schools[drawn], function(s) which(answers$school == s)))
  fit <- f(model, answers[rows, ], estimator = "ML", meanstructure = FALSE, optim.method = "BFGS",
    control = list(reltol = 1e-16), sampling.weights = weights)
  table <- standardizedSolution(fit, se = FALSE)
  stopifnot(lavInspect(fit, "converged"))
  list(lhs = table$lhs, op = table$op, rhs = table$rhs, std = table$est.std)
}
draws <- lapply(1:12, function(b) sample(length(schools), replace = TRUE))
of_all <- function(f, model, weights) lapply(draws, function(drawn) estimates(f, model, drawn, weights))
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/cluster_bootstrap.R", seed = 20261129,
    data = "tests/reference/data/survey_weighted.csv"
  ),
  items = items,
  schools = schools,
  draws = draws,
  cfa = list(clustered = of_all(cfa, measurement, NULL), both = of_all(cfa, measurement, "weight")),
  sem = list(clustered = of_all(sem, structural, NULL), both = of_all(sem, structural, "weight"))
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null"),
  file.path(folder, "cluster_bootstrap_lavaan.json")
)
