# Reference values of two-stage least squares: Rscript two_stage.R <tests/reference> writes two_stage.json there.
# Item means of the simulated survey: Y by F and E, which Y may act upon, and A; instruments B, C and D.
# Needs AER (Debian r-cran-aer).
suppressMessages(library(AER))

folder <- commandArgs(trailingOnly = TRUE)[1]
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
mean_of <- function(letter) rowMeans(survey[grep(paste0("^", letter, "[0-9]+$"), names(survey))])
d <- data.frame(sapply(c("A", "B", "C", "D", "E", "F", "Y"), mean_of))
numbers <- function(values) paste0("[", paste(sprintf("%.12g", values), collapse = ", "), "]")
found <- summary(ivreg(Y ~ F + E + A | A + B + C + D, data = d), diagnostics = TRUE)
# Sanderson and Windmeijer (2016): what ivreg leaves of one endogenous predictor beside the other, by the instruments.
conditional <- function(own, other) {
  left <- residuals(ivreg(as.formula(paste(own, "~", other, "+ A | A + B + C + D")), data = d))
  sums <- c(deviance(lm(left ~ A, data = d)), deviance(lm(left ~ A + B + C + D, data = d)))
  (sums[1] - sums[2]) / 2 / (sums[2] / (nrow(d) - 5))
}
strength <- c(conditional("F", "E"), conditional("E", "F"))
exact <- summary(ivreg(Y ~ F + A | A + B, data = d), diagnostics = TRUE)
cat(
  "{\"provenance\": {\"tool\": \"AER\", \"version\": \"", as.character(packageVersion("AER")),
  "\", \"R_version\": \"", R.version.string, "\", \"script\": \"tests/reference/scripts/two_stage.R\"",
  ", \"data\": \"tests/reference/data/sim676.csv, means of the items of each letter\"},\n",
  " \"coef\": ", numbers(found$coefficients[, 1]), ",\n \"std_err\": ", numbers(found$coefficients[, 2]),
  ",\n \"p\": ", numbers(found$coefficients[, 4]), ",\n \"diagnostics\": ", numbers(found$diagnostics[, "statistic"]),
  ",\n \"diagnostics_p\": ", numbers(found$diagnostics[, "p-value"]),
  ",\n \"exact_coef\": ", numbers(exact$coefficients[, 1]), ",\n \"exact_std_err\": ", numbers(exact$coefficients[, 2]),
  ",\n \"exact_first_stage\": ", numbers(exact$diagnostics[1, "statistic"]),
  ",\n \"conditional\": ", numbers(strength), ",\n \"conditional_p\": ",
  numbers(pf(strength, 2, nrow(d) - 5, lower.tail = FALSE)),
  "}\n",
  sep = "", file = file.path(folder, "two_stage.json")
)
