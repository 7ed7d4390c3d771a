# Reference values of MLR: Rscript robust_estimator.R <tests/reference> writes robust_estimator_lavaan.json there.
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

exact <- list(optim.method = "GN", optim.gn.tol.x = 1e-13, optim.gn.iter.max = 5000)
run <- function(model, data) do.call("sem", c(list(model = model, data = data, estimator = "MLR"), exact))
parameters <- function(fit) {
  table <- parTable(fit)
  standard <- standardizedSolution(fit)
  rows <- table$op %in% c("=~", "~~", "~")
  list(
    lhs = table$lhs[rows], op = table$op[rows], rhs = table$rhs[rows],
    est = table$est[rows], se = table$se[rows],
    std = standard$est.std[seq_len(sum(rows))], std_se = standard$se[seq_len(sum(rows))]
  )
}
keep <- c(
  "chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.robust", "tli.robust", "rmsea.robust"
)
told <- function(fit) list(fit = as.list(unclass(fitMeasures(fit, keep))), parameters = parameters(fit))

chain <- run(paste0(visual, "\ntextual ~ visual\nspeed ~ textual"), hs)
difference <- lavTestLRT(run(visual, hs), chain, method = "satorra.bentler.2001")
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/robust_estimator.R", estimator = "MLR",
    data = "HolzingerSwineford1939 of lavaan (301 rows); tests/reference/data/sim676.csv (676 rows)",
    optimiser = "Gauss-Newton, optim.gn.tol.x = 1e-13"
  ),
  holzinger = told(run(visual, hs)),
  survey = told(run(measure, survey)),
  survey_structural = told(run(paste(measure, "Y ~ A + B + C + D + E + F", sep = "\n"), survey)),
  holzinger_chain = c(
    told(chain),
    list(difference = list(chi2 = difference[["Chisq diff"]][2], df = difference[["Df diff"]][2], p = difference[["Pr(>Chisq)"]][2]))
  )
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null"),
  file.path(folder, "robust_estimator_lavaan.json")
)
