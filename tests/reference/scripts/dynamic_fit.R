# Cut-offs of fit indices by simulation with lavaan: Rscript dynamic_fit.R <tests/reference> writes
# dynamic_fit_lavaan.json there. Needs lavaan and jsonlite. About two minutes.
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
model <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
n <- 301
draws <- 1000
estimated <- lavInspect(cfa(model, HolzingerSwineford1939), "std")
loadings <- unclass(estimated$lambda)
correlations <- unclass(estimated$psi)

# McNeish and Wolf (2023): the weakest item of each factor, weakest first, also loads on the most reliable
# other factor, as strongly as on its own where 95 % of the room its variance leaves suffices.
room <- function(own, r) 0.95 * (sqrt(own^2 * r^2 + 1 - own^2) - own * r)
first <- loadings
first["x2", "textual"] <- min(loadings["x2", "visual"], room(loadings["x2", "visual"], correlations["visual", "textual"]))
second <- first
second["x7", "textual"] <- min(loadings["x7", "speed"], room(loadings["x7", "speed"], correlations["speed", "textual"]))

set.seed(2023)
simulated <- function(lambda) {
  population <- lambda %*% correlations %*% t(lambda)
  diag(population) <- 1
  root <- chol(population)
  t(replicate(draws, {
    x <- as.data.frame(matrix(rnorm(n * 9), n) %*% root)
    names(x) <- paste0("x", 1:9)
    suppressWarnings(unclass(fitMeasures(cfa(model, x, std.lv = TRUE), c("srmr", "rmsea", "cfi"))))
  }))
}
quantiles <- function(values, worse) {
  mapply(function(column, p) unname(quantile(values[, column], p)), 1:3, worse)
}
worst <- c(0.05, 0.05, 0.95)
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/dynamic_fit.R", seed = 2023, draws = draws, n = n,
    model = "3-factor CFA of HolzingerSwineford1939, standardised estimates as population"
  ),
  indices = c("srmr", "rmsea", "cfi"),
  right = quantiles(simulated(loadings), 1 - worst),
  cutoffs = rbind(quantiles(simulated(first), worst), quantiles(simulated(second), worst)),
  added = c(first["x2", "textual"], second["x7", "textual"])
)
writeLines(
  toJSON(result, digits = I(8), auto_unbox = TRUE, matrix = "rowmajor"),
  file.path(folder, "dynamic_fit_lavaan.json")
)
