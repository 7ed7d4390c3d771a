# Reference values of ordinal regression, two-stage least squares and exploratory structural equation models with
# weights and clusters: Rscript weighted_methods.R <tests/reference> writes weighted_methods.json there. Needs survey,
# AER, lavaan and jsonlite (Debian r-cran-survey, r-cran-aer, r-cran-lavaan, r-cran-jsonlite).
suppressMessages({library(survey); library(AER); library(lavaan)})
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "data", "survey_weighted.csv"))
items <- grep("^(A|B|Y)[0-9]", names(answers), value = TRUE)
d <- answers
for (name in c("A", "B", "Y")) d[[name]] <- rowMeans(answers[grep(paste0("^", name, "[0-9]"), names(answers))])
d$whole <- factor(pmin(pmax(floor(round(d$Y, 9) + 0.5), 2), 4))
designs <- list(
  weighted = svydesign(ids = ~1, weights = ~weight, data = d),
  clustered = svydesign(ids = ~school, weights = ~1, data = d),
  both = svydesign(ids = ~school, weights = ~weight, data = d)
)
spread <- function(influence, design) svyrecvar(influence, design$cluster, design$strata, design$fpc)

# Proportional odds; Brant's test by hand: the joint linearised covariance of the logistic regressions above each answer.
ordinal <- function(given) {
  design <<- given # regTermTest looks for it there
  fit <- svyolr(whole ~ A + B, design, control = list(reltol = 1e-16, maxit = 1000, ndeps = rep(1e-5, 4)))
  wald <- regTermTest(fit, ~ A + B)
  w <- weights(design)
  x <- model.matrix(~ A + B, d)
  parts <- lapply(levels(d$whole)[-nlevels(d$whole)], function(below) {
    above <- as.numeric(as.numeric(as.character(d$whole)) > as.numeric(below))
    glm <- suppressWarnings(glm.fit(x, above, w / mean(w), family = quasibinomial(), control = list(epsilon = 1e-14, maxit = 100)))
    p <- glm$fitted.values
    list(b = glm$coefficients[-1], influence = ((x * (w * (above - p))) %*% solve(t(x) %*% (x * (w * p * (1 - p)))))[, -1])
  })
  b <- unlist(lapply(parts, function(part) part$b))
  v <- spread(do.call(cbind, lapply(parts, function(part) part$influence)), design)
  apart <- function(rows) as.numeric(t(rows %*% b) %*% solve(rows %*% v %*% t(rows)) %*% (rows %*% b))
  contrasts <- cbind(-diag(2), diag(2))
  list(
    coef = unname(coef(fit, FALSE)), thresholds = unname(fit$zeta), se = unname(SE(fit)), df = fit$df.residual,
    f = as.numeric(wald$Ftest), f_p = as.numeric(wald$p), deviance = fit$deviance,
    parallel = apart(contrasts), each = sapply(1:2, function(j) apart(contrasts[j, , drop = FALSE]))
  )
}

# Y by A, which Y may act upon, and B1; instruments B2, B3 and B4; then by A and A1 (both may be), instruments B2 to B4.
feedback <- function(design) {
  w <- weights(design)
  fit <- svyivreg(Y ~ A + B1 | B1 + B2 + B3 + B4, design)
  design <- update(design, left = residuals(lm(A ~ B1 + B2 + B3 + B4, d, weights = w)),
    through = fitted(lm(A ~ B1 + B2 + B3 + B4, d, weights = w)))
  strength <- regTermTest(svyglm(A ~ B1 + B2 + B3 + B4, design), ~ B2 + B3 + B4)
  hausman <- regTermTest(svyglm(Y ~ A + B1 + left, design), ~left)
  # Wooldridge's score: what two of the three instruments have beside the fitted predictor, times the residual.
  parts <- model.frame(design)
  rest <- residuals(lm(cbind(B2, B3) ~ through + B1, parts, weights = w))
  u <- d$Y - model.matrix(~ A + B1, d) %*% coef(fit)
  slopes <- rest * as.numeric(u) * w
  total <- colSums(slopes)
  # Sanderson and Windmeijer for two.
  conditional <- function(own, other) {
    own_part <- residuals(ivreg(as.formula(paste(own, "~", other, "+ B1 | B1 + B2 + B3 + B4")), data = d, weights = w))
    fitted_other <- fitted(lm(as.formula(paste(other, "~ B1 + B2 + B3 + B4")), d, weights = w))
    design <- update(design, rest = own_part, beside = fitted_other)
    as.numeric(regTermTest(svyglm(rest ~ beside + B1 + B2 + B3, design), ~ B2 + B3)$Ftest)
  }
  list(
    coef = unname(coef(fit)), se = unname(SE(fit)), df = fit$df.residual,
    least_squares = unname(coef(lm(Y ~ A + B1, d, weights = w))),
    strength = as.numeric(strength$Ftest), strength_p = as.numeric(strength$p),
    hausman = as.numeric(hausman$Ftest), hausman_p = as.numeric(hausman$p),
    over = as.numeric(total %*% solve(spread(slopes, design)) %*% total),
    conditional = c(conditional("A", "A1"), conditional("A1", "A"))
  )
}

tight <- list(rel.tol = 1e-10, iter.max = 10000, eval.max = 20000)
scale <- substr(items, 1, 1)
esem <- function(...) {
  target <- outer(scale, unique(scale), function(one, other) ifelse(one == other, NA, 0))
  model <- paste(paste0('efa("all")*', unique(scale), collapse = " + "), "=~", paste(items, collapse = " + "))
  fit <- sem(model, answers, rotation = "target", std.lv = TRUE, control = tight, estimator = "MLR", meanstructure = FALSE,
    observed.information = c("hessian", "hessian"),
    rotation.args = list(target = target, tol = 1e-12, gradient.tol = 1e-9, max.iter = 100000, order.lv.by = "none",
      orthogonal = FALSE), ...)
  values <- standardizedSolution(fit)
  list(
    fit = as.list(fitMeasures(fit, c("chisq", "df", "chisq.scaled", "chisq.scaling.factor", "cfi.robust", "rmsea.robust", "srmr"))),
    standardized = list(lhs = values$lhs, op = values$op, rhs = values$rhs, std = values$est.std, se = values$se)
  )
}
result <- list(
  provenance = list(
    tool = "survey (svyolr, svyivreg), AER, lavaan (efa blocks, rotation target)", version = as.character(packageVersion("survey")),
    AER = as.character(packageVersion("AER")), lavaan = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/weighted_methods.R", data = "tests/reference/data/survey_weighted.csv"
  ),
  ordinal = lapply(designs, ordinal),
  two_stage = lapply(designs, feedback),
  esem = list(
    weighted = esem(sampling.weights = "weight"), clustered = esem(cluster = "school"),
    both = esem(sampling.weights = "weight", cluster = "school")
  )
)
writeLines(toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null"), file.path(folder, "weighted_methods.json"))
