# Reference values of psych for the Hull method: Rscript hull_psych.R <tests/reference> writes hull_psych.json there.
# CAF is 1 - KMO of minres's residuals with a unit diagonal; CFI is of the chi-squares of maximum likelihood. psych's
# search ends in the sixth digit. Needs psych (Debian r-cran-psych).
suppressMessages(library(psych))

folder <- commandArgs(trailingOnly = TRUE)[1]
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
items <- grep("^[A-Z]+[0-9]+$", names(survey), value = TRUE)
R <- cor(survey[items])
n <- nrow(survey)
residuals_kmo <- function(left) {
  diag(left) <- 1
  KMO(left)$MSA
}
numbers <- function(values) paste0("[", paste(sprintf("%.12g", values), collapse = ", "), "]")
caf <- 1 - KMO(R)$MSA
cfi <- 0
chi2 <- df <- c()
for (k in 1:9) {
  axes <- fa(R, k, n.obs = n, fm = "minres", rotate = "none")
  caf <- c(caf, 1 - residuals_kmo(axes$residual))
  likely <- fa(R, k, n.obs = n, fm = "ml", rotate = "none")
  chi2 <- c(chi2, likely$STATISTIC)
  df <- c(df, likely$dof)
  cfi <- c(cfi, 1 - max(likely$STATISTIC - likely$dof, 0) / (likely$null.chisq - likely$null.dof))
}
cat(
  "{\"provenance\": {\"tool\": \"psych\", \"version\": \"", as.character(packageVersion("psych")),
  "\", \"R_version\": \"", R.version.string, "\", \"script\": \"tests/reference/scripts/hull_psych.R\"",
  ", \"data\": \"tests/reference/data/sim676.csv, correlations of the items in their order there\"},\n",
  " \"items\": [", paste(sprintf("\"%s\"", items), collapse = ", "), "],\n",
  " \"caf\": ", numbers(caf), ",\n \"cfi\": ", numbers(cfi), ",\n \"chi2\": ", numbers(chi2),
  ",\n \"df\": ", numbers(df), "}\n",
  sep = "", file = file.path(folder, "hull_psych.json")
)
