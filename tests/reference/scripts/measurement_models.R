# Reference values of rival measurement models: Rscript measurement_models.R <tests/reference> writes
# measurement_models_lavaan.json there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
hs <- HolzingerSwineford1939
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
exact <- list(optim.method = "GN", optim.gn.tol.x = 1e-13, optim.gn.iter.max = 5000)
run <- function(model, data, ...) do.call("cfa", c(list(model = model, data = data, ...), exact))
told <- function(fit) {
  standard <- standardizedSolution(fit)
  list(
    fit = as.list(unclass(fitMeasures(fit, c("chisq", "df", "cfi", "tli", "rmsea", "srmr", "aic", "bic")))),
    lhs = standard$lhs, op = standard$op, rhs = standard$rhs, std = standard$est.std,
    theta = as.list(diag(lavInspect(fit, "est")$theta)), implied = unclass(fitted(fit)$cov)
  )
}
visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
small <- c("A", "B", "C", "D")
measure <- paste(sapply(small, function(s) {
  paste(s, "=~", paste(grep(paste0("^", s, "[0-9]"), names(survey), value = TRUE), collapse = " + "))
}), collapse = "\n")
items <- grep("^[A-D][0-9]", names(survey), value = TRUE)
result <- list(
  holzinger = list(
    one_factor = told(run(paste("g =~", paste0("x", 1:9, collapse = " + ")), hs)),
    second_order = told(run(paste0(visual, "\ng =~ visual + textual + speed"), hs))
  ),
  sim676 = list(
    one_factor = told(run(paste("g =~", paste(items, collapse = " + ")), survey)),
    second_order = told(run(paste0(measure, "\ng =~ ", paste(small, collapse = " + ")), survey)),
    bifactor = told(run(
      paste0(measure, "\ng =~ ", paste(items, collapse = " + ")), survey,
      orthogonal = TRUE, std.lv = TRUE
    ))
  )
)
write(toJSON(result, digits = 15, auto_unbox = TRUE, matrix = "rowmajor"), file.path(folder, "measurement_models_lavaan.json"))
