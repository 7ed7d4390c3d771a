# Reference values of partial invariance: Rscript partial_invariance.R <tests/reference> writes
# partial_invariance_lavaan.json there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
hs <- HolzingerSwineford1939
hs$cell <- paste(hs$school, hs$sex)
visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
items <- paste0("x", 1:9)
equal <- list(
  metric = "loadings", scalar = c("loadings", "intercepts"), strict = c("loadings", "intercepts", "residuals")
)
# nlminb stops in the eighth digit of the chi-square here; BFGS goes on.
tight <- list(reltol = 1e-16, maxit = 1e5)
# Factors of variance 1 in the first group, so that every loading has an equality constraint to release.
fitted_by <- function(group, level, partial = NULL) {
  cfa(visual, hs, group = group, group.equal = equal[[level]], group.partial = partial, meanstructure = TRUE,
    std.lv = TRUE, optim.method = "BFGS", control = tight
  )
}
about <- list(
  metric = function(t) t$op == "=~", scalar = function(t) t$op == "~1" & t$lhs %in% items,
  strict = function(t) t$op == "~~" & t$lhs == t$rhs & t$lhs %in% items
)
# Of each item the constraints that hold its value equal in all groups, released at once.
tests <- function(group, level, partial = NULL) {
  fit <- fitted_by(group, level, partial)
  table <- parTable(fit)
  constraints <- table[table$op == "==", ]
  told <- table[about[[level]](table), ]
  item <- if (level == "metric") told$rhs else told$lhs
  found <- lapply(items, function(name) {
    labels <- told$plabel[item == name]
    rows <- which(constraints$lhs %in% labels & constraints$rhs %in% labels)
    if (!length(rows)) return(NULL)
    total <- lavTestScore(fit, release = rows)$test
    list(item = name, statistic = total$X2, df = total$df)
  })
  list(chi2 = unname(fitMeasures(fit, "chisq")), df = unname(fitMeasures(fit, "df")), tests = Filter(Negate(is.null), found))
}
result <- list(
  provenance = list(
    tool = "lavaan (lavTestScore)", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/partial_invariance.R", data = "HolzingerSwineford1939 of lavaan (301 rows)",
    groups = list(school = lavInspect(fitted_by("school", "metric"), "group.label"), cell = lavInspect(fitted_by("cell", "metric"), "group.label"))
  ),
  school = lapply(setNames(names(equal), names(equal)), function(level) tests("school", level)),
  cell = lapply(setNames(names(equal), names(equal)), function(level) tests("cell", level)),
  school_x3 = tests("school", "scalar", "x3 ~ 1"),
  school_x3_x7 = tests("school", "scalar", c("x3 ~ 1", "x7 ~ 1")),
  school_strict = tests("school", "strict", c("x3 ~ 1", "x7 ~ 1")),
  # A loading that gives the unit elsewhere, and its intercept.
  school_x1_loading = tests("school", "metric", "visual =~ x1"),
  school_x1_scalar = tests("school", "scalar", c("visual =~ x1", "x1 ~ 1"))
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE), file.path(folder, "partial_invariance_lavaan.json"))
