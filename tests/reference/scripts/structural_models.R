# Reference values of structural models: Rscript structural_models.R <tests/reference> writes
# structural_models_lavaan.json there. Needs lavaan and jsonlite (Debian r-cran-lavaan, r-cran-jsonlite).
suppressMessages(library(lavaan))
library(jsonlite)

folder <- commandArgs(trailingOnly = TRUE)[1]
hs <- HolzingerSwineford1939
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
visual <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
scales <- unique(substr(grep("[0-9]$", names(survey), value = TRUE), 1, 1))
measure <- paste(sapply(scales, function(s) {
  paste(s, "=~", paste(grep(paste0("^", s, "[0-9]"), names(survey), value = TRUE), collapse = " + "))
}), collapse = "\n")
small <- paste(grep("^(A|B|Y) =~", strsplit(measure, "\n")[[1]], value = TRUE), collapse = "\n")

exact <- list(optim.method = "GN", optim.gn.tol.x = 1e-13, optim.gn.iter.max = 5000)
fitted_by <- function(model, data, ...) do.call("cfa", c(list(model = model, data = data, ...), exact))

parameters <- function(fit) {
  standard <- standardizedSolution(fit)
  table <- parTable(fit)
  table <- table[table$op %in% c("=~", "~~", "~", "~1", "|"), ]
  list(
    lhs = table$lhs, op = table$op, rhs = table$rhs, group = table$group, free = table$free,
    est = table$est, se = table$se,
    std = standard$est.std[seq_len(nrow(table))], std_se = standard$se[seq_len(nrow(table))]
  )
}
measures <- function(fit) as.list(unclass(fitMeasures(fit)))
indices <- function(fit, rows = 25) {
  table <- modificationIndices(fit, sort. = TRUE, maximum.number = rows)
  as.list(table[c("lhs", "op", "rhs", "mi", "epc", "sepc.all")])
}
scaled <- function(fit) {
  c(
    list(fit = measures(fit), se = parTable(fit)$se[parTable(fit)$free > 0]),
    # Both are about the model-implied and the sample covariances.
    list(trace = fit@test[[2]]$trace.UGamma, scaling = fit@test[[2]]$scaling.factor)
  )
}
ordinal <- function(model, data) {
  items <- lavNames(lavaanify(model, auto = TRUE), "ov")
  fit <- fitted_by(model, data, ordered = items, estimator = "WLSMV")
  sampled <- lavInspect(fit, "sampstat")
  list(
    fit = measures(fit), parameters = parameters(fit), items = items,
    gradient = max(abs(lavInspect(fit, "gradient"))),
    correlations = unclass(sampled$cov), thresholds = unclass(sampled$th),
    # Of thresholds, then correlations by column of the lower triangle.
    asymptotic_variances = diag(lavInspect(fit, "gamma")),
    chi2_unscaled = fit@test[[1]]$stat, scaling = fit@test[[2]]$scaling.factor,
    shift = fit@test[[2]]$shift.parameter
  )
}

structural <- paste(measure, "Y ~ A + B + C + D + E + F", sep = "\n")
chain <- paste(small, "Y ~ A + B\nB ~ A", sep = "\n")
crossed <- "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6 + x3\nspeed =~ x7 + x8 + x9"
result <- list(
  provenance = list(
    tool = "lavaan", version = as.character(packageVersion("lavaan")), R_version = R.version.string,
    script = "tests/reference/scripts/structural_models.R",
    data = "HolzingerSwineford1939 of lavaan (301 rows); tests/reference/data/sim676.csv (676 rows)",
    optimiser = "Gauss-Newton, optim.gn.tol.x = 1e-13"
  ),
  holzinger_mlm = scaled(fitted_by(visual, hs, estimator = "MLM")),
  holzinger_mlr = scaled(fitted_by(visual, hs, estimator = "MLR")),
  holzinger_crossed = {
    fit <- fitted_by(crossed, hs)
    list(fit = measures(fit), parameters = parameters(fit))
  },
  survey_mlm = scaled(fitted_by(measure, survey, estimator = "MLM")),
  survey_mlr = scaled(fitted_by(measure, survey, estimator = "MLR")),
  survey_structural = {
    fit <- fitted_by(structural, survey)
    list(fit = measures(fit), parameters = parameters(fit), r2 = as.list(lavInspect(fit, "r2")[scales]))
  },
  survey_chain = {
    fit <- fitted_by(chain, survey)
    list(
      fit = measures(fit), parameters = parameters(fit), r2 = as.list(lavInspect(fit, "r2")[c("B", "Y")]),
      modification = indices(fit)
    )
  },
  holzinger_modification = indices(fitted_by(visual, hs), 100),
  survey_modification = indices(fitted_by(measure, survey)),
  holzinger_residuals = lapply(
    lavResiduals(fitted_by(visual, hs))[c("cov", "cov.z")], function(m) unname(unclass(m))
  ),
  survey_ordinal = ordinal(small, survey),
  survey_ordinal_all = {
    full <- ordinal(measure, survey)
    loadings <- full$parameters$op == "=~"
    c(
      full[c("fit", "chi2_unscaled", "scaling", "shift")],
      list(std_loadings = full$parameters$std[loadings], std_loadings_se = full$parameters$std_se[loadings])
    )
  }
)
writeLines(
  toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor"),
  file.path(folder, "structural_models_lavaan.json")
)
