# Reference values for errors of raked estimates: Rscript raked_errors.R <tests/reference> writes raked_errors.json
# there, of data/survey_weighted.csv and the margins in weights_survey.json (weights_and_clusters.R). Needs survey,
# jsonlite (Debian r-cran-survey, r-cran-jsonlite).
suppressMessages(library(survey))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
for (name in c("A", "B", "Y")) answers[[name]] <- rowMeans(answers[grep(paste0("^", name, "[0-9]"), names(answers))])
answers$band <- factor(answers$age)
answers$cell <- interaction(answers$gender, answers$edu)
margins <- fromJSON(file.path(folder, "weights_survey.json"))$raking[c("ages", "joint")]
of_age <- setNames(margins$ages$Freq, margins$ages$age)
of_cell <- setNames(margins$joint$Freq, paste(margins$joint$gender, margins$joint$edu, sep = "."))
columns <- model.matrix(~ band + cell, answers)
population <- c(nrow(answers), of_age[levels(answers$band)[-1]], of_cell[levels(answers$cell)[-1]])
names(population) <- colnames(columns)

raked <- function(design, ...) {
  calibrate(design, ~ band + cell, population, calfun = "raking", epsilon = 1e-13, maxit = 1000, ...)
}
estimates <- function(design) {
  found <- svymean(~ A1 + B2 + A + Y, design)
  fit <- svyglm(Y ~ A + B, design)
  older <- svymean(~ A1 + B2 + A + Y, subset(design, age >= 3))
  list(
    weights = unname(weights(design)), mean = unname(coef(found)), se = unname(SE(found)),
    b = unname(coef(fit)), covariance = unname(vcov(fit)), domain_se = unname(SE(older))
  )
}
equal <- svydesign(ids = ~1, weights = ~1, data = answers)
weighted <- svydesign(ids = ~1, weights = ~weight, data = answers)
clustered <- svydesign(ids = ~school, weights = ~1, data = answers)
both <- svydesign(ids = ~school, weights = ~weight, data = answers)
# Iterative proportional fitting, whose errors survey approximates in ten rounds.
ipf <- rake(equal, list(~band, ~cell), list(
  data.frame(band = names(of_age), Freq = unname(of_age)), data.frame(cell = names(of_cell), Freq = unname(of_cell))
), control = list(maxit = 5000, epsilon = 1e-11))
result <- list(
  provenance = list(
    tool = "survey", version = as.character(packageVersion("survey")), R_version = R.version.string,
    script = "tests/reference/scripts/raked_errors.R", data = "tests/reference/data/survey_weighted.csv"
  ),
  equal = estimates(raked(equal)), weighted = estimates(raked(weighted)),
  clustered = estimates(raked(clustered)), both = estimates(raked(both)),
  trimmed = estimates(raked(equal, trim = c(0.5, 1.8))),
  by_rake = unname(SE(svymean(~ A1 + B2 + A + Y, ipf)))
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor"),
  file.path(folder, "raked_errors.json")
)
