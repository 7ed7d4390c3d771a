# Reference values of a method factor: Rscript method_factor.R <tests/reference> writes method_factor_lavaan.json
# there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
hs <- HolzingerSwineford1939
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
exact <- list(optim.method = "GN", optim.gn.tol.x = 1e-13, optim.gn.iter.max = 5000)
run <- function(model, data, ...) do.call("cfa", c(list(model = model, data = data, std.lv = TRUE, ...), exact))
told <- function(fit) {
  standard <- standardizedSolution(fit)
  list(
    fit = as.list(unclass(fitMeasures(fit, c("chisq", "df", "cfi", "rmsea", "srmr")))),
    lhs = standard$lhs, op = standard$op, rhs = standard$rhs, std = standard$est.std
  )
}
measured <- function(scales, items) {
  paste(mapply(function(s, i) paste(s, "=~", paste(i, collapse = " + ")), scales, items), collapse = "\n")
}
apart <- function(name, scales) paste0(name, " ~~ ", paste0("0*", scales, collapse = " + "))

# A latent factor of the method, uncorrelated with the constructs: of all seven scales, and of four.
seven <- c("A", "B", "C", "D", "E", "F", "Y")
scales <- seven[1:4]
items_of <- function(scales) lapply(scales, function(s) grep(paste0("^", s, "[0-9]"), names(survey), value = TRUE))
items <- items_of(scales)
equal <- function(scales) {
  items <- items_of(scales)
  paste(
    measured(scales, items), paste("method =~", paste0("1*", unlist(items), collapse = " + ")), "method ~~ NA*method",
    apart("method", scales), sep = "\n"
  )
}
free <- paste(
  measured(scales, items), paste("method =~", paste(unlist(items), collapse = " + ")), apart("method", scales), sep = "\n"
)
variance <- function(fit) {
  table <- parameterEstimates(fit)
  list(variance = table$est[table$lhs == "method" & table$rhs == "method"])
}

# A marker that is a factor: the scale D beside A to C.
of <- scales[1:3]
own <- items[1:3]
marks <- items[[4]]
substantive <- measured(of, own)
cfa_fit <- run(paste(substantive, paste("M =~", paste(marks, collapse = " + ")), sep = "\n"), survey)
estimates <- parameterEstimates(cfa_fit)
value <- function(lhs, op, rhs, from = estimates) {
  # All digits, so that what is held is what was found.
  sprintf("%.17g", from$est[from$lhs == lhs & from$op == op & from$rhs == rhs])
}
held <- paste(
  paste("M =~", paste0(sapply(marks, function(i) value("M", "=~", i)), "*", marks, collapse = " + ")),
  paste(sapply(marks, function(i) paste0(i, " ~~ ", value(i, "~~", i), "*", i)), collapse = "\n"),
  "M ~~ 1*M", apart("M", of), sep = "\n"
)
on_marker <- function(label) paste("M =~", paste0(label, unlist(own), collapse = " + "))
models <- list(
  baseline = paste(substantive, held, sep = "\n"),
  constrained = paste(substantive, held, on_marker("a*"), sep = "\n"),
  unconstrained = paste(substantive, held, on_marker(""), sep = "\n")
)
fits <- lapply(models, run, data = survey)
found <- parameterEstimates(fits$baseline)
pairs <- combn(of, 2)
correlations <- paste(
  apply(pairs, 2, function(p) paste0(p[1], " ~~ ", value(p[1], "~~", p[2], found), "*", p[2])), collapse = "\n"
)
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/method_factor.R", data = "tests/reference/data/sim676.csv (676 rows)",
    optimiser = "Gauss-Newton, optim.gn.tol.x = 1e-13"
  ),
  equal = {
    fit <- run(equal(seven), survey)
    c(told(fit), variance(fit))
  },
  # Of four scales it is negative, and nothing is standardised by it.
  negative = {
    fit <- run(equal(scales), survey)
    c(told(fit)["fit"], variance(fit))
  },
  free = told(run(free, survey)),
  marker = c(
    list(cfa = told(cfa_fit)), lapply(fits, told),
    list(
      restricted_constrained = told(run(paste(models$constrained, correlations, sep = "\n"), survey)),
      restricted_unconstrained = told(run(paste(models$unconstrained, correlations, sep = "\n"), survey))
    )
  )
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null"), file.path(folder, "method_factor_lavaan.json"))
