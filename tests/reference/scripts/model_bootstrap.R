# Reference values for the bootstrap of respondents and the test of Bollen and Stine:
# Rscript model_bootstrap.R <tests/reference> writes model_bootstrap_lavaan.json there, of
# lavaan's data set PoliticalDemocracy (Bollen 1989), which stands in it. Needs lavaan, jsonlite (Debian
# r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
DRAWS <- 2000
set.seed(20261130)
answers <- PoliticalDemocracy
items <- c(paste0("x", 1:3), paste0("y", 1:8))
measurement <- "I =~ x1 + x2 + x3\nD =~ y1 + y2 + y3 + y4\nE =~ y5 + y6 + y7 + y8"
structural <- paste(measurement, "D ~ I\nE ~ D", sep = "\n")
together <- "y1 ~~ y5\ny2 ~~ y4\ny2 ~~ y6"  # three of the six pairs that Bollen (1989) lets correlate
drawn <- lapply(1:4, function(b) sample(nrow(answers), replace = TRUE))

# A search begins where the one before ended, and sharpens its last digits.
exact <- function(f, model, data) {
  fit <- NULL
  for (search in 1:3) {
    fit <- f(model, data, estimator = "ML", meanstructure = FALSE, optim.method = "BFGS",
      start = if (is.null(fit)) "default" else fit, control = list(reltol = 1e-16, maxit = 10000))
    stopifnot(lavInspect(fit, "converged"))
  }
  fit
}
estimates <- function(f, model, rows) {
  table <- standardizedSolution(exact(f, model, answers[rows, ]), se = FALSE)
  list(lhs = table$lhs, op = table$op, rhs = table$rhs, std = table$est.std)
}
# The chi-squares of the first draws by name; then, where asked for, lavaan's own resamples.
of_model <- function(f, model, resamples = TRUE) {
  fit <- exact(f, model, answers)
  root <- lavaan:::lav_matrix_symmetric_sqrt
  x <- scale(as.matrix(answers[items]), scale = FALSE)
  turned <- as.data.frame(x %*% root(solve(fit@SampleStats@cov[[1]])) %*% root(fitted(fit)$cov[items, items]))
  names(turned) <- items
  chi2 <- unname(fitMeasures(fit, "chisq"))
  found <- list(
    std = lapply(drawn, function(rows) estimates(f, model, rows)),
    chi2 = chi2, df = unname(fitMeasures(fit, "df")),
    null_chi2 = sapply(drawn, function(rows) unname(fitMeasures(exact(f, model, turned[rows, ]), "chisq")))
  )
  if (!resamples) return(found)
  quick <- f(model, answers, estimator = "ML", meanstructure = FALSE)
  drawn_chi2 <- bootstrapLavaan(quick, R = DRAWS, type = "bollen.stine", FUN = fitMeasures, fit.measures = "chisq")
  c(found, list(
    draws = length(drawn_chi2), larger = sum(drawn_chi2 > chi2), mean = mean(drawn_chi2), sd = sd(drawn_chi2)
  ))
}
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/model_bootstrap.R", seed = 20261130,
    data = "lavaan::PoliticalDemocracy"
  ),
  items = items,
  answers = unname(as.matrix(answers[items])),
  drawn = drawn,
  cfa = of_model(cfa, measurement),
  sem = of_model(sem, structural),
  cfa_pairs = of_model(cfa, paste(measurement, together, sep = "\n"), FALSE),
  sem_pairs = of_model(sem, paste(structural, together, sep = "\n"), FALSE)
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null"),
  file.path(folder, "model_bootstrap_lavaan.json")
)
