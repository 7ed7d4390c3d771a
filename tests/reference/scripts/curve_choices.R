# Reference values for single specifications of the curve with weights, clusters and missing answers, and for
# groups: Rscript curve_choices.R <tests/reference> writes curve_choices.json there, from
# data/survey_weighted.csv and data/survey_missing.csv. Needs survey, lavaan, jsonlite (Debian r-cran-survey,
# r-cran-lavaan, r-cran-jsonlite).
suppressMessages({library(survey); library(lavaan)})
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
constructs <- c("A", "B", "Y")
own <- function(data, name) grep(paste0("^", name, "[0-9]"), names(data), value = TRUE)
weighted <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
w <- weighted$weight / mean(weighted$weight)
z <- function(x, weight) { x <- x - weighted.mean(x, weight); x / sqrt(weighted.mean(x^2, weight)) }
# Ranks in the population: what weighs less, and half of what is equal (Lumley and Scott 2013).
ranks <- function(x, weight) {
  sapply(x, function(one) sum(weight[x < one]) + sum(weight[x == one]) / 2) / sum(weight)
}
items <- unlist(lapply(constructs, own, data = weighted))
ranked <- weighted
for (item in items) ranked[[item]] <- ranks(weighted[[item]], w)
of_scores <- function(data, kind, controls) {
  weight <- if (kind == "clustered") rep(1, nrow(data)) else w
  for (name in constructs) data[[name]] <- z(rowMeans(data[own(data, name)]), weight)
  data$one <- z(data$gender, weight)
  data$w <- weight
  design <- if (kind == "weighted") svydesign(ids = ~1, weights = ~w, data = data) else svydesign(ids = ~school, weights = ~w, data = data)
  fit <- svyglm(if (controls) Y ~ A + B + one else Y ~ A + B, design)
  table <- coef(summary(fit))[c("A", "B"), ]
  list(estimate = unname(table[, 1]), std_error = unname(table[, 2]), p = unname(table[, 4]), df = fit$df.residual)
}
kinds <- c("weighted", "clustered", "both")
regressions <- lapply(setNames(kinds, kinds), function(kind) list(
  answers = of_scores(weighted, kind, FALSE), controls = of_scores(weighted, kind, TRUE),
  ranks = if (kind == "clustered") NULL else of_scores(ranked, kind, FALSE)
))
measurement <- function(data) paste(sapply(constructs, function(s) {
  paste(s, "=~", paste(own(data, s), collapse = " + "))
}), collapse = "\n")
latent <- function(data, ...) {
  fit <- sem(paste(measurement(data), "Y ~ A + B", sep = "\n"), data, optim.method = "BFGS", control = list(reltol = 1e-16), ...)
  table <- standardizedSolution(fit)
  table <- table[table$op == "~", ]
  list(estimate = table$est.std, std_error = table$se)
}
factors <- list(
  weighted = latent(weighted[c(items, "weight")], estimator = "MLR", sampling.weights = "weight"),
  both = latent(weighted[c(items, "weight", "school")], estimator = "MLR", sampling.weights = "weight", cluster = "school")
)
gaps <- read.csv(file.path(folder, "data", "survey_missing.csv"))
two_stage <- latent(gaps, missing = "robust.two.stage", em.h1.iter.max = 20000L, em.h1.tol = 1e-12)
fiml <- latent(gaps, missing = "fiml", estimator = "MLR", em.h1.iter.max = 20000L, em.h1.tol = 1e-12)
filled <- as.data.frame(lapply(gaps, function(x) ifelse(is.na(x), mean(x, na.rm = TRUE), x)))
of_means <- local({
  data <- filled
  for (name in constructs) data[[name]] <- as.numeric(scale(rowMeans(data[own(data, name)])))
  table <- coef(summary(lm(Y ~ A + B, data)))[c("A", "B"), ]
  list(estimate = unname(table[, 1]), std_error = unname(table[, 2]), p = unname(table[, 4]))
})
pairwise <- unname(cor(gaps, use = "pairwise.complete.obs"))
# Groups: means of scores, and correlations, which are the paths of single items.
groups <- lapply(setNames(kinds, kinds), function(kind) {
  data <- weighted
  data$w <- if (kind == "clustered") rep(1, nrow(data)) else w
  design <- if (kind == "weighted") svydesign(ids = ~1, weights = ~w, data = data) else svydesign(ids = ~school, weights = ~w, data = data)
  codes <- sort(unique(data$gender))
  data$second <- as.numeric(data$gender == codes[2])
  design <- update(design, second = data$second, z = (A1 - svymean(~A1, design)[1]) / sqrt(as.numeric(svyvar(~A1, design))))
  test <- svyttest(z ~ second, design)
  # The correlation in each group, and its difference with the design of both.
  influence <- rep(0, nrow(data)); r <- numeric(2)
  for (g in 0:1) {
    here <- data$second == g; v <- data$w * here
    x <- data$A1 - weighted.mean(data$A1, v); y <- data$Y1 - weighted.mean(data$Y1, v)
    x <- x / sqrt(weighted.mean(x^2, v)); y <- y / sqrt(weighted.mean(y^2, v))
    r[g + 1] <- weighted.mean(x * y, v)
    influence <- influence + (1 - 2 * g) * here * (x * y - r[g + 1] * (x^2 + y^2) / 2) / sum(v)
  }
  total <- svytotal(~u, update(design, u = influence))
  list(codes = codes, mean_difference = -unname(test$estimate), t = -unname(test$statistic), p = test$p.value, df = unname(test$parameter),
    r = r, se = as.numeric(SE(total)))
})
write_json(
  list(
    regressions = regressions, groups = groups, factors = factors, two_stage = two_stage, fiml = fiml, mean_replacement = of_means, pairwise = pairwise,
    versions = list(R = R.version.string, survey = as.character(packageVersion("survey")), lavaan = as.character(packageVersion("lavaan")))
  ),
  file.path(folder, "curve_choices.json"), auto_unbox = TRUE, digits = 17, pretty = TRUE
)
