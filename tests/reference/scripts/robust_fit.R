# Reference values of the robust fit indices of incomplete, weighted and clustered answers:
# Rscript robust_fit.R <tests/reference> writes robust_fit_lavaan.json there. Needs lavaan and jsonlite
# (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, "data", paste0(name, ".csv")))
holzinger <- read("holzinger_missing")
survey <- read("survey_missing")
weighted <- read("survey_weighted")
visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
measure <- function(data) paste(sapply(c("A", "B", "Y"), function(s) {
  paste(s, "=~", paste(grep(paste0("^", s, "[0-9]"), names(data), value = TRUE), collapse = " + "))
}), collapse = "\n")

keep <- c(
  "chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "baseline.chisq.scaling.factor",
  "cfi.robust", "tli.robust", "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust", "rmsea.pvalue.robust"
)
# Estimates by more steps than lavaan takes by itself, errors by exact second derivatives.
run <- function(model, data, ...) {
  fit <- sem(
    model, data, estimator = "MLR", observed.information = c("hessian", "hessian"),
    optim.method = "BFGS", control = list(reltol = 1e-16), ...
  )
  as.list(unclass(fitMeasures(fit, keep)))
}
incomplete <- function(model, data) {
  run(model, data, missing = "fiml", em.h1.iter.max = 20000L, em.h1.tol = 1e-12)
}
designed <- function(...) run(measure(weighted), weighted, meanstructure = FALSE, ...)
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/robust_fit.R", estimator = "MLR",
    data = "tests/reference/data: holzinger_missing.csv, survey_missing.csv, survey_weighted.csv"
  ),
  holzinger = incomplete(visual, holzinger),
  survey = incomplete(paste(measure(survey), "Y ~ A\nB ~ A", sep = "\n"), survey),
  weighted = designed(sampling.weights = "weight"),
  clustered = designed(cluster = "school"),
  both = designed(sampling.weights = "weight", cluster = "school")
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", pretty = TRUE),
  file.path(folder, "robust_fit_lavaan.json")
)
