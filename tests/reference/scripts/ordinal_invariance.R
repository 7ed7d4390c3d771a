# Reference values of ordinal invariance: Rscript ordinal_invariance.R <tests/reference> writes
# ordinal_invariance_lavaan.json there. Needs lavaan, semTools and jsonlite (Debian r-cran-lavaan, r-cran-semtools,
# r-cran-jsonlite).
suppressMessages(library(lavaan))
suppressMessages(library(semTools))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
model <- "A =~ A1 + A2 + A3 + A4\nB =~ B1 + B2 + B3 + B4"
items <- c(paste0("A", 1:4), paste0("B", 1:4))
levels <- list(
  configural = "configural", thresholds = "thresholds", loadings = c("thresholds", "loadings"),
  intercepts = c("thresholds", "loadings", "intercepts"), strict = c("thresholds", "loadings", "intercepts", "residuals")
)
fitted_by <- function(data, by, level, parameterization) {
  syntax <- measEq.syntax(configural.model = model, data = data, ordered = items, parameterization = parameterization,
    ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = by,
    group.equal = if (level[1] == "configural") "" else level)
  cfa(as.character(syntax), data = data, group = by, ordered = items, parameterization = parameterization, estimator = "WLSMV",
    control = list(rel.tol = 1e-10, iter.max = 20000, eval.max = 40000))
}
told <- function(data, by) {
  fits <- lapply(levels, function(level) fitted_by(data, by, level, "theta"))
  delta <- fitted_by(data, by, levels$intercepts, "delta")
  wanted <- c("chisq", "df", "chisq.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.scaled", "tli.scaled", "rmsea.scaled", "srmr",
    "baseline.chisq", "baseline.chisq.scaled", "baseline.df")
  rows <- function(fit) {
    values <- parameterEstimates(fit)
    values[, c("lhs", "op", "rhs", "group", "est", "se")]
  }
  tests <- lapply(2:length(fits), function(i) {
    found <- lavTestLRT(fits[[i - 1]], fits[[i]], method = "satorra.2000", scaled.shifted = TRUE)
    list(statistic = found[2, "Chisq diff"], df = found[2, "Df diff"], p = found[2, "Pr(>Chisq)"])
  })
  names(tests) <- names(levels)[-1]
  list(
    groups = lavInspect(fits[[1]], "group.label"), n = lavInspect(fits[[1]], "nobs"),
    fit = lapply(fits, function(fit) as.list(fitMeasures(fit, wanted))), delta = as.list(fitMeasures(delta, wanted)),
    tests = tests, intercepts = rows(fits$intercepts), loadings = rows(fits$loadings)
  )
}
result <- list(
  provenance = list(
    tool = "lavaan (WLSMV) by semTools (measEq.syntax, Wu.Estabrook.2016)",
    version = paste(packageVersion("lavaan"), packageVersion("semTools")), R_version = R.version.string,
    script = "tests/reference/scripts/ordinal_invariance.R", data = "data/sim676.csv"
  ),
  items = items,
  gender = told(survey, "gender")
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE), file.path(folder, "ordinal_invariance_lavaan.json"))
