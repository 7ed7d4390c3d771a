# Reference values of invariance with weights and clusters: Rscript weighted_invariance.R <tests/reference> writes
# weighted_invariance_lavaan.json there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
items <- grep("^(A|B|Y)[0-9]", names(answers), value = TRUE)
measurement <- paste(sapply(c("A", "B", "Y"), function(s) {
  paste(s, "=~", paste(grep(paste0("^", s), items, value = TRUE), collapse = " + "))
}), collapse = "\n")
# lavaan takes a cluster with people of both groups for two; here each is of one group.
answers$class <- paste(answers$school, answers$gender)
equal <- list(
  configural = "none", metric = "loadings", scalar = c("loadings", "intercepts"),
  strict = c("loadings", "intercepts", "residuals")
)
tight <- list(reltol = 1e-16, maxit = 1e5, abstol = 0)
keep <- c("chisq", "df", "chisq.scaled", "chisq.scaling.factor", "cfi", "rmsea", "srmr", "logl", "cfi.robust", "rmsea.robust",
  "baseline.chisq.scaling.factor"
)
ladder <- function(...) {
  fits <- lapply(equal, function(e) cfa(measurement, answers, group = "gender", group.equal = e, group.label = c("1", "2"),
    meanstructure = TRUE, estimator = "MLR", observed.information = c("hessian", "hessian"),
    optim.method = "BFGS", control = tight, optim.force.converged = TRUE, ...
  ))
  difference <- lavTestLRT(fits$configural, fits$metric, fits$scalar, fits$strict, method = "satorra.bentler.2001")
  levels <- lapply(fits, function(fit) {
    table <- parTable(fit)
    list(
      fit = as.list(fitMeasures(fit, keep)),
      parameters = as.list(table[table$op %in% c("=~", "~~", "~1"), c("lhs", "op", "rhs", "group", "free", "est", "se")])
    )
  })
  list(
    levels = levels,
    difference = list(chi2 = difference[["Chisq diff"]][-1], df = difference[["Df diff"]][-1], p = difference[["Pr(>Chisq)"]][-1]),
    groups = lavInspect(fits$configural, "group.label")
  )
}
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/weighted_invariance.R",
    data = "tests/reference/data/survey_weighted.csv by gender; clusters are school by gender"
  ),
  weighted = ladder(sampling.weights = "weight"),
  clustered = ladder(cluster = "class"),
  both = ladder(sampling.weights = "weight", cluster = "class")
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null"),
  file.path(folder, "weighted_invariance_lavaan.json")
)
