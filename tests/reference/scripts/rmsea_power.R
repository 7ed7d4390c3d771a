# Reference values of the power of tests of fit: Rscript rmsea_power.R <tests/reference> writes rmsea_power_r.json
# there. Needs jsonlite (Debian r-cran-jsonlite); the formulas of MacCallum, Browne and Sugawara (1996) by R's pchisq.
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
pairs <- list(close = c(.05, .08), not_close = c(.05, .01), exact = c(0, .05))
power <- function(n, df, pair, alpha = .05) {
  noncentrality <- (n - 1) * df * pair^2
  poor <- pair[1] > pair[2]
  critical <- qchisq(alpha, df, noncentrality[1], lower.tail = poor)
  pchisq(critical, df, noncentrality[2], lower.tail = poor)
}
needed <- function(df, pair, wanted = .8) {
  n <- 2
  while (power(n, df, pair) < wanted) n <- n + 1
  n
}
powers <- expand.grid(n = c(50, 100, 200, 400, 676), df = c(1, 5, 24, 100, 1059), hypothesis = names(pairs))
powers$power <- mapply(function(n, df, h) power(n, df, pairs[[h]]), powers$n, powers$df, as.character(powers$hypothesis))
sizes <- expand.grid(df = c(2, 5, 24, 100, 1059), hypothesis = names(pairs))
sizes$n <- mapply(function(df, h) needed(df, pairs[[h]]), sizes$df, as.character(sizes$hypothesis))
result <- list(
  provenance = list(
    tool = "pchisq and qchisq of R", R_version = R.version.string, script = "tests/reference/scripts/rmsea_power.R"
  ),
  power = as.list(transform(powers, hypothesis = as.character(hypothesis))),
  needed = as.list(transform(sizes, hypothesis = as.character(hypothesis)))
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE), file.path(folder, "rmsea_power_r.json"))
