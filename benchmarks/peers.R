# Times one task by one R package; run by bench.py.
#
#   Rscript benchmarks/peers.R TASK ANSWERS
#
# prints {"reference": ..., "seconds": ...}, or {"missing": "..."} where the package is not installed.
# ANSWERS: the csv file that survey.py names; the first letter of an item is its construct.

arguments <- commandArgs(trailingOnly = TRUE)
task <- arguments[1]
frame <- read.csv(arguments[2])
items <- grep("^[A-Z][0-9]+$", names(frame), value = TRUE)
answers <- frame[items]
constructs <- unique(substr(items, 1, 1))
model <- paste(sapply(constructs, function(construct)
  paste(construct, "=~", paste(items[substr(items, 1, 1) == construct], collapse = " + "))), collapse = "\n")

# The best of so many runs after one that is not counted.
best_of <- function(work, repeats) {
  work()
  min(replicate(repeats, system.time(work())[["elapsed"]]))
}

tasks <- list(
  cfa_lavaan = function() best_of(function() lavaan::cfa(model, answers), 5),
  invariance_lavaan = function() best_of(function() {
    for (equal in list("", "loadings", c("loadings", "intercepts"), c("loadings", "intercepts", "residuals")))
      lavaan::fitMeasures(lavaan::cfa(model, frame, group = "gender", group.equal = equal))
  }, 3),
  factors_psych = function() best_of(function() {
    R <- cor(answers)
    psych::KMO(R)
    psych::cortest.bartlett(R, nrow(answers))
    psych::principal(R, nfactors = length(constructs), rotate = "varimax")
  }, 10),
  polychoric_psych = function() best_of(function() psych::polychoric(answers, correct = 0), 2),
  polychoric_lavaan = function() best_of(function() lavaan::lavCor(answers, ordered = items), 2)
)

package <- sub(".*_", "", task)
if (requireNamespace(package, quietly = TRUE)) {
  seconds <- suppressWarnings(suppressMessages(tasks[[task]]()))
  version <- paste0(package, " ", packageVersion(package), " (R ", getRversion(), ")")
  cat(sprintf('{"reference": "%s", "seconds": %s}\n', version, format(seconds, digits = 6)))
} else {
  cat(sprintf('{"missing": "R has no package %s"}\n', package))
}
