# Reference values for incomplete answers: Rscript missing_answers.R <tests/reference> writes
# missing_lavaan.json there, and the incomplete answers beside it as data/holzinger_missing.csv and
# data/survey_missing.csv. Needs lavaan, psych, jsonlite (Debian r-cran-lavaan, r-cran-psych, r-cran-jsonlite).
suppressMessages({library(lavaan); library(psych)})
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20261129)
hs <- HolzingerSwineford1939[paste0("x", 1:9)]
# Missing at random: x5 and x9 are missing more often where x1 is low; 6 % of all others at random.
for (item in paste0("x", 2:9)) hs[runif(nrow(hs)) < 0.06, item] <- NA
hs[runif(nrow(hs)) < plogis(-1 - (hs$x1 - mean(hs$x1))), "x5"] <- NA
hs[runif(nrow(hs)) < plogis(-1.5 - (hs$x1 - mean(hs$x1))), "x9"] <- NA
write.csv(hs, file.path(folder, "data", "holzinger_missing.csv"), row.names = FALSE, na = "")

survey <- read.csv(file.path(folder, "data", "sim676.csv"))
items <- grep("^(A|B|Y)[0-9]", names(survey), value = TRUE)
survey <- survey[items]
survey[matrix(runif(length(as.matrix(survey))) < 0.05, nrow(survey))] <- NA
write.csv(survey, file.path(folder, "data", "survey_missing.csv"), row.names = FALSE, na = "")

visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
chain <- paste(
  paste(sapply(c("A", "B", "Y"), function(s) {
    paste(s, "=~", paste(grep(paste0("^", s), items, value = TRUE), collapse = " + "))
  }), collapse = "\n"),
  "Y ~ A + B\nB ~ A", sep = "\n"
)
fitted_by <- function(f, model, data, estimator) {
  do.call(f, list(
    model = model, data = data, missing = "fiml", estimator = estimator, em.h1.iter.max = 20000L,
    em.h1.tol = 1e-12, optim.method = "BFGS", control = list(reltol = 1e-16)
  ))
}
parameters <- function(fit) {
  table <- parTable(fit)
  standard <- standardizedSolution(fit)
  list(lhs = table$lhs, op = table$op, rhs = table$rhs, free = table$free, est = table$est, se = table$se,
    std = standard$est.std, std_se = standard$se)
}
both <- function(f, model, data) {
  plain <- fitted_by(f, model, data, "ML")
  robust <- fitted_by(f, model, data, "MLR")
  list(
    plain = list(parameters = parameters(plain), fit = as.list(unclass(fitMeasures(plain)))),
    robust = list(
      parameters = parameters(robust),
      scaling = robust@test[[2]]$scaling.factor, chi2 = robust@test[[2]]$stat, p = robust@test[[2]]$pvalue
    ),
    gradient = max(abs(lavInspect(plain, "gradient")))
  )
}
moments <- function(data) {
  fit <- lavCor(data, missing = "fiml", output = "fit", em.h1.iter.max = 20000L, em.h1.tol = 1e-12)
  h1 <- fit@h1
  found <- lavInspect(fit, "sampstat")
  list(mean = unname(unclass(found$mean)), covariance = unname(unclass(found$cov)), logl = h1$logl$loglik)
}
# Little (1988) from those moments.
mcar <- function(data, mean, covariance) {
  x <- as.matrix(data)
  x <- x[rowSums(!is.na(x)) > 0, ]
  key <- apply(is.na(x), 1, paste, collapse = "")
  d2 <- 0
  df <- -ncol(x)
  for (rows in split(seq_len(nrow(x)), key)) {
    given <- which(!is.na(x[rows[1], ]))
    gap <- colMeans(x[rows, given, drop = FALSE]) - mean[given]
    d2 <- d2 + length(rows) * sum(gap * solve(covariance[given, given, drop = FALSE], gap))
    df <- df + length(given)
  }
  list(statistic = d2, df = df, p = pchisq(d2, df, lower.tail = FALSE), patterns = length(unique(key)))
}
of <- function(data) {
  found <- moments(data)
  c(found, list(mcar = mcar(data, found$mean, found$covariance)))
}
# Regressions by the saturated model of all items: x9 on x1 and x5, and sums of three items each.
regressions <- function(data) {
  items <- paste0("x", 1:9)
  pairs <- combn(items, 2)
  saturated <- c(
    paste0(items, " ~~ v", 1:9, " * ", items),
    apply(pairs, 2, function(p) paste0(p[1], " ~~ c", substr(p[1], 2, 2), substr(p[2], 2, 2), " * ", p[2])),
    paste0(items, " ~ m", 1:9, " * 1")
  )
  covariance <- function(i, j) if (i == j) paste0("v", i) else paste0("c", min(i, j), max(i, j))
  total <- function(a, b) paste(outer(a, b, Vectorize(covariance)), collapse = " + ")
  defined <- function(first, second, outcome) {
    m <- function(s) paste0("(", paste0("m", s, collapse = " + "), ")")
    c(
      paste0("s11 := ", total(first, first)), paste0("s12 := ", total(first, second)),
      paste0("s22 := ", total(second, second)), paste0("s1y := ", total(first, outcome)),
      paste0("s2y := ", total(second, outcome)), paste0("syy := ", total(outcome, outcome)),
      "b1 := (s22 * s1y - s12 * s2y) / (s11 * s22 - s12^2)",
      "b2 := (s11 * s2y - s12 * s1y) / (s11 * s22 - s12^2)",
      paste0("b0 := ", m(outcome), " - b1 * ", m(first), " - b2 * ", m(second)),
      "r2 := (b1 * s1y + b2 * s2y) / syy"
    )
  }
  of <- function(...) {
    model <- paste(c(saturated, defined(...)), collapse = "\n")
    found <- lapply(c(plain = "ML", robust = "MLR"), function(estimator) {
      table <- parTable(fitted_by("lavaan", model, data, estimator))
      table[match(c("b0", "b1", "b2", "r2"), table$lhs), c("est", "se")]
    })
    list(est = found$plain$est, se = found$plain$se[1:3], robust_se = found$robust$se[1:3])
  }
  list(items = of(1, 5, 9), sums = of(1:3, 4:6, 7:9))
}
corfiml <- function(data) unname(unclass(psych::corFiml(data)))

result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), psych = as.character(packageVersion("psych")),
    R_version = R.version.string, script = "tests/reference/scripts/missing_answers.R", seed = 20261129,
    data = "HolzingerSwineford1939 of lavaan and tests/reference/data/sim676.csv with answers taken out"
  ),
  airquality = of(airquality),
  holzinger = c(of(hs), both("cfa", visual, hs), list(corfiml = corfiml(hs), regressions = regressions(hs))),
  survey = c(of(survey), both("sem", chain, survey), list(items = items))
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor"),
  file.path(folder, "missing_lavaan.json")
)
write.csv(airquality, file.path(folder, "data", "airquality.csv"), row.names = FALSE, na = "")
