# Reference values of psych for congruence and rotation to a target: Rscript target_rotation_psych.R <tests/reference>
# writes target_rotation_psych.json there. Needs psych (Debian r-cran-psych).
suppressMessages(library(psych))

folder <- commandArgs(trailingOnly = TRUE)[1]
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
items <- grep("^[ABY][0-9]+$", names(survey), value = TRUE)
half <- seq_len(nrow(survey)) <= 338
of <- function(rows, rotate) unclass(principal(survey[rows, items], 3, rotate = rotate)$loadings)
loadings <- of(half, "none")
target <- of(!half, "varimax")
turned <- Procrustes(loadings, target)
numbers <- function(values) {
  rows <- apply(values, 1, function(row) paste0("[", paste(sprintf("%.15g", row), collapse = ", "), "]"))
  paste0("[", paste(rows, collapse = ",\n  "), "]")
}
cat(
  "{\"provenance\": {\"tool\": \"psych\", \"version\": \"", as.character(packageVersion("psych")),
  "\", \"R_version\": \"", R.version.string, "\", \"script\": \"tests/reference/scripts/target_rotation_psych.R\"",
  ", \"data\": \"tests/reference/data/sim676.csv, components of its halves\"},\n",
  " \"loadings\": ", numbers(loadings), ",\n \"target\": ", numbers(target),
  ",\n \"congruence\": ", numbers(factor.congruence(target, loadings, digits = 12)),
  ",\n \"rotation\": ", numbers(turned$rotation), ",\n \"turned\": ", numbers(turned$loadings), "}\n",
  sep = "", file = file.path(folder, "target_rotation_psych.json")
)
