# Reference values of groups: Rscript invariance.R <tests/reference> writes invariance_lavaan.json there.
# Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
hs <- HolzingerSwineford1939
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
scales <- unique(substr(grep("[0-9]$", names(survey), value = TRUE), 1, 1))
measure <- paste(sapply(scales, function(s) {
  paste(s, "=~", paste(grep(paste0("^", s, "[0-9]"), names(survey), value = TRUE), collapse = " + "))
}), collapse = "\n")

# Gauss-Newton stops too early under equality constraints, so this is nlminb at its limit.
tight <- list(rel.tol = 1e-15, x.tol = 1e-13, abs.tol = 0, iter.max = 1e4, eval.max = 2e4)
fitted_by <- function(model, data, group, equal, partial = NULL, ...) {
  cfa(model, data, group = group, group.equal = equal, group.partial = partial, meanstructure = TRUE,
    control = tight, optim.force.converged = TRUE, ...
  )
}
level <- function(...) {
  fit <- fitted_by(...)
  table <- parTable(fit)
  table <- table[table$op %in% c("=~", "~~", "~1"), ]
  keep <- c("chisq", "df", "baseline.chisq", "baseline.df", "cfi", "tli", "rmsea", "srmr", "gfi", "logl", "aic", "bic")
  list(
    fit = as.list(fitMeasures(fit, keep)),
    parameters = as.list(table[c("lhs", "op", "rhs", "group", "free", "est", "se")])
  )
}
equal <- list(
  configural = "none", metric = "loadings", scalar = c("loadings", "intercepts"),
  strict = c("loadings", "intercepts", "residuals")
)
ladder <- function(model, data, group) lapply(equal, function(e) level(model, data, group, e))
robust <- function(model, data, group, estimator) {
  fits <- lapply(equal, function(e) fitted_by(model, data, group, e, estimator = estimator))
  keep <- c("chisq.scaled", "chisq.scaling.factor", "cfi.robust", "tli.robust", "rmsea.robust", "baseline.chisq.scaled")
  # NA where lavaan does not compute an index.
  levels <- lapply(fits, function(fit) {
    list(fit = as.list(fitMeasures(fit, keep)), se = parTable(fit)$se[parTable(fit)$free > 0])
  })
  difference <- lavTestLRT(fits$configural, fits$metric, fits$scalar, fits$strict, method = "satorra.bentler.2001")
  c(levels, list(difference = list(chi2 = difference[["Chisq diff"]][-1], df = difference[["Df diff"]][-1])))
}

result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/invariance.R",
    data = "HolzingerSwineford1939 of lavaan (301 rows) by school; tests/reference/data/sim676.csv (676 rows) by gender",
    groups = lavInspect(fitted_by(visual, hs, "school", "none"), "group.label")
  ),
  holzinger = ladder(visual, hs, "school"),
  # Partial invariance as lavaan's tutorial has it.
  holzinger_partial = level(visual, hs, "school", equal$scalar, c("x3 ~ 1", "x7 ~ 1")),
  holzinger_cells = lapply(equal, function(e) level(visual, transform(hs, cell = paste(school, sex)), "cell", e)$fit),
  holzinger_mlm = robust(visual, hs, "school", "MLM"),
  holzinger_mlr = robust(visual, hs, "school", "MLR"),
  survey = lapply(ladder(measure, survey, "gender"), function(l) l$fit)
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null"),
  file.path(folder, "invariance_lavaan.json")
)
