# Reference values of correlated residuals: Rscript residual_pairs.R <tests/reference> writes
# residual_pairs_lavaan.json there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
holzinger <- HolzingerSwineford1939
incomplete <- read.csv(file.path(folder, "data", "holzinger_missing.csv"))
weighted <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
pairs <- "\nx7 ~~ x8\nx2 ~~ x4"
visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
chain <- paste0(visual, "\ntextual ~ visual\nspeed ~ textual")
measure <- paste(sapply(c("A", "B", "Y"), function(s) {
  paste(s, "=~", paste(grep(paste0("^", s, "[0-9]"), names(weighted), value = TRUE), collapse = " + "))
}), collapse = "\n")

exact <- list(optim.method = "BFGS", control = list(reltol = 1e-16, maxit = 20000))
run <- function(model, data, ...) do.call("sem", c(list(model = model, data = data, ...), exact))
# Of gaps and weights: more steps than lavaan takes by itself, errors by exact second derivatives.
robust <- function(model, data, ...) {
  sem(
    model, data, estimator = "MLR", observed.information = c("hessian", "hessian"),
    optim.method = "BFGS", control = list(reltol = 1e-16), ...
  )
}
parameters <- function(fit) {
  table <- parTable(fit)
  standard <- standardizedSolution(fit)
  rows <- table$op %in% c("=~", "~~", "~")
  list(
    lhs = table$lhs[rows], op = table$op[rows], rhs = table$rhs[rows],
    est = table$est[rows], se = table$se[rows],
    std = standard$est.std[seq_along(rows)][rows], std_se = standard$se[seq_along(rows)][rows]
  )
}
plain <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic", "npar")
scaled <- c("chisq.scaled", "df.scaled", "chisq.scaling.factor", "cfi.robust", "tli.robust", "rmsea.robust")
told <- function(fit, keep) list(fit = as.list(unclass(fitMeasures(fit, keep))), parameters = parameters(fit))
cfa_ml <- run(paste0(visual, pairs), holzinger)
indices <- modindices(cfa_ml, op = "~~")
# Omega with correlated residuals in its denominator, as semTools::compRelSEM(obs.var = FALSE).
omega <- sapply(c("visual", "textual", "speed"), function(f) {
  est <- lavInspect(cfa_ml, "est")
  items <- which(est$lambda[, f] != 0)
  common <- sum(est$lambda[items, f])^2 * est$psi[f, f]
  common / (common + sum(est$theta[items, items]))
})
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/residual_pairs.R",
    data = "HolzingerSwineford1939 of lavaan (301 rows); tests/reference/data: holzinger_missing.csv, survey_weighted.csv",
    optimiser = "BFGS, reltol = 1e-16"
  ),
  cfa = c(told(cfa_ml, plain), list(
    omega = as.list(omega),
    indices = list(lhs = indices$lhs, rhs = indices$rhs, mi = indices$mi)
  )),
  sem = told(run(paste0(chain, pairs), holzinger), plain),
  cfa_mlr = told(run(paste0(visual, pairs), holzinger, estimator = "MLR"), scaled),
  sem_mlr = told(run(paste0(chain, pairs), holzinger, estimator = "MLR"), scaled),
  fiml = told(
    robust(paste0(visual, pairs), incomplete, missing = "fiml", em.h1.iter.max = 20000L, em.h1.tol = 1e-12), scaled
  ),
  design = told(
    robust(paste0(measure, "\nA1 ~~ A2\nA3 ~~ B1"), weighted, meanstructure = FALSE, sampling.weights = "weight", cluster = "school"),
    scaled
  )
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", pretty = TRUE),
  file.path(folder, "residual_pairs_lavaan.json")
)
