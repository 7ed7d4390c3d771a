# Reference values for sampling weights, raking and clusters: Rscript weights_and_clusters.R <tests/reference>
# writes weights_survey.json there, and the answers beside it as data/survey_weighted.csv. Needs survey, lavaan,
# jsonlite (Debian r-cran-survey, r-cran-lavaan, r-cran-jsonlite).
suppressMessages({library(survey); library(lavaan)})
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20261129)
full <- read.csv(file.path(folder, "data", "sim676.csv"))
items <- grep("^(A|B|Y)[0-9]", names(full), value = TRUE)
answers <- full[c(items, "gender", "age", "edu")]
# Schools shift all answers of a third of the items; the weights depend on age.
answers$school <- sprintf("school %02d", sample(1:30, nrow(answers), TRUE))
answers$weight <- round(exp(rnorm(nrow(answers), 0.2 * (answers$age - 2), 0.5)), 4)
shift <- rnorm(30, 0, 0.7)[as.integer(sub("school ", "", answers$school))]
for (item in c("A1", "A2", "B1", "Y1", "Y2", "Y3")) {
  answers[[item]] <- pmin(pmax(round(answers[[item]] + shift), 1), 5)
}
write.csv(answers, file.path(folder, "data", "survey_weighted.csv"), row.names = FALSE)

scores <- function(data) {
  for (name in c("A", "B", "Y")) data[[name]] <- rowMeans(data[grep(paste0("^", name, "[0-9]"), names(data))])
  data
}
answers <- scores(answers)
designs <- list(
  weighted = svydesign(ids = ~1, weights = ~weight, data = answers),
  clustered = svydesign(ids = ~school, weights = ~1, data = answers),
  both = svydesign(ids = ~school, weights = ~weight, data = answers)
)
means <- function(design) {
  found <- svymean(~ A1 + B2 + A + Y, design)
  list(
    mean = unname(coef(found)), se = unname(SE(found)),
    sd = sqrt(unname(diag(as.matrix(svyvar(~ A1 + B2 + A + Y, design))))),
    correlation = unname(cov2cor(as.matrix(svyvar(reformulate(items), design)))),
    shares = unname(coef(svymean(~ factor(age), design)))
  )
}
regression <- function(design) {
  fit <- svyglm(Y ~ A + B, design)
  wald <- regTermTest(fit, ~ A + B)
  table <- coef(summary(fit))
  interval <- confint(fit)
  list(
    b = unname(table[, 1]), se = unname(table[, 2]), t = unname(table[, 3]), p = unname(table[, 4]),
    low = unname(interval[, 1]), high = unname(interval[, 2]), df = fit$df.residual,
    covariance = unname(vcov(fit)), f = as.numeric(wald$Ftest), f_p = as.numeric(wald$p)
  )
}
measurement <- paste(sapply(c("A", "B", "Y"), function(s) {
  paste(s, "=~", paste(grep(paste0("^", s), items, value = TRUE), collapse = " + "))
}), collapse = "\n")
fitted_by <- function(f, model, ...) {
  fit <- f(model, answers[setdiff(names(answers), c("A", "B", "Y"))], estimator = "MLR", observed.information = c("hessian", "hessian"),
    meanstructure = FALSE, optim.method = "BFGS", control = list(reltol = 1e-16), ...)
  table <- parTable(fit)
  standard <- standardizedSolution(fit)
  list(
    lhs = table$lhs, op = table$op, rhs = table$rhs, free = table$free, est = table$est, se = table$se,
    std = standard$est.std, std_se = standard$se, chi2 = fit@test[[1]]$stat, df = fit@test[[1]]$df,
    scaling = fit@test[[2]]$scaling.factor, scaled = fit@test[[2]]$stat, p = fit@test[[2]]$pvalue,
    meanstructure = fit@Options$meanstructure, se_kind = fit@Options$se, gradient = max(abs(lavInspect(fit, "gradient")))
  )
}
factor_models <- function(f, model) list(
  weighted = fitted_by(f, model, sampling.weights = "weight"),
  clustered = fitted_by(f, model, cluster = "school"),
  both = fitted_by(f, model, sampling.weights = "weight", cluster = "school")
)
# Age by itself, gender and education together; then weights cut at a third and three times their mean.
ages <- data.frame(age = 1:5, Freq = c(0.18, 0.27, 0.24, 0.19, 0.12)[1:5])
ages <- ages[ages$age %in% answers$age, ]
ages$Freq <- ages$Freq / sum(ages$Freq) * nrow(answers)
joint <- as.data.frame(xtabs(~ gender + edu, answers), responseName = "Freq")
joint$gender <- as.numeric(as.character(joint$gender)); joint$edu <- as.numeric(as.character(joint$edu))
joint$Freq <- joint$Freq * (1 + 0.4 * sin(seq_along(joint$Freq)))
joint$Freq <- joint$Freq / sum(joint$Freq) * nrow(answers)
raked <- function(design) {
  found <- rake(design, list(~age, ~ gender + edu), list(ages, joint), control = list(maxit = 5000, epsilon = 1e-11))
  kept <- trimWeights(found, lower = 1 / 3 * mean(weights(found)), upper = 2 * mean(weights(found)), strict = TRUE)
  list(weights = unname(weights(found)), trimmed = unname(weights(kept)), n_trimmed = sum(weights(found) < mean(weights(found)) / 3 | weights(found) > 2 * mean(weights(found))))
}
result <- list(
  provenance = list(
    tool = "survey", version = as.character(packageVersion("survey")),
    lavaan = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/weights_and_clusters.R", seed = 20261129,
    data = "tests/reference/data/sim676.csv with weights and schools"
  ),
  items = items,
  means = lapply(designs, means),
  regression = lapply(designs, regression),
  cfa = factor_models(cfa, measurement),
  sem = factor_models(sem, paste(measurement, "Y ~ A + B\nB ~ A", sep = "\n")),
  raking = list(
    ages = ages, joint = joint,
    equal = raked(svydesign(ids = ~1, weights = ~1, data = answers)),
    weighted = raked(svydesign(ids = ~1, weights = ~weight, data = answers))
  )
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor", dataframe = "columns"),
  file.path(folder, "weights_survey.json")
)
