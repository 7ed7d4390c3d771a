# Reference values of exploratory structural equation models: Rscript esem.R <tests/reference> writes
# esem_lavaan.json there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
tight <- list(rel.tol = 1e-10, iter.max = 10000, eval.max = 20000)

# All items on all factors, turned to zeros of the items of other scales (partially specified target).
esem <- function(data, items, scale) {
  scales <- unique(scale)
  target <- outer(scale, scales, function(one, other) ifelse(one == other, NA, 0))
  model <- paste(paste0('efa("all")*', scales, collapse = " + "), "=~", paste(items, collapse = " + "))
  fit <- sem(model, data[items], rotation = "target", std.lv = TRUE, control = tight,
    rotation.args = list(target = target, tol = 1e-12, gradient.tol = 1e-9, max.iter = 100000, order.lv.by = "none",
      orthogonal = FALSE))
  values <- standardizedSolution(fit)
  list(items = items, scale = scale, fit = as.list(fitMeasures(fit, c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic"))),
    standardized = list(lhs = values$lhs, op = values$op, rhs = values$rhs, std = values$est.std, se = values$se))
}
hs <- HolzingerSwineford1939
named <- grep("^[ABCD][0-9]", names(survey), value = TRUE)
result <- list(
  provenance = list(
    tool = "lavaan (efa blocks, rotation target)", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/esem.R", data = "HolzingerSwineford1939 of lavaan (301 rows); data/sim676.csv"
  ),
  holzinger = esem(hs, paste0("x", 1:9), rep(c("visual", "textual", "speed"), each = 3)),
  survey = esem(survey, named, substr(named, 1, 1))
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE), file.path(folder, "esem_lavaan.json"))
