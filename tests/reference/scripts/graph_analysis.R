# Reference values of exploratory graph analysis: Rscript graph_analysis.R <tests/reference> writes
# graph_analysis.json there. Each penalty is solved for itself (glasso's path of penalties and qgraph, which calls it,
# end at 1e-4 and need not converge); the extended BIC is qgraph's formula. Communities: igraph's cluster_walktrap.
# Needs glasso, qgraph, igraph and psych (Debian r-cran-glasso, r-cran-qgraph, r-cran-igraph, r-cran-psych).
suppressMessages({library(glasso); library(qgraph); library(igraph); library(psych)})

folder <- commandArgs(trailingOnly = TRUE)[1]
survey <- read.csv(file.path(folder, "data", "sim676.csv"))
numbers <- function(values) paste0("[", paste(sprintf("%.12g", values), collapse = ", "), "]")
analysed <- function(x) {
  S <- cor(x)
  n <- nrow(x)
  largest <- max(abs(S - diag(ncol(S))))
  penalties <- exp(seq(log(0.1 * largest), log(largest), length = 100))
  fits <- lapply(penalties, function(rho) {
    wi <- glasso(S, rho, thr = 1e-10, maxit = 1e5, penalize.diagonal = FALSE)$wi
    (wi + t(wi)) / 2
  })
  ebic <- sapply(fits, function(K) qgraph:::EBIC(S, K, n, 0.5))
  net <- as.matrix(wi2net(fits[[which.min(ebic)]]))
  graph <- graph_from_adjacency_matrix(abs(net), weighted = TRUE, mode = "undirected", diag = FALSE)
  found <- cluster_walktrap(graph, steps = 4)
  paste0(
    "{\"penalty\": ", sprintf("%.12g", penalties[which.min(ebic)]), ", \"ebic\": ", numbers(ebic),
    ",\n  \"partial\": ", numbers(net[lower.tri(net)]),
    ",\n  \"membership\": ", numbers(membership(found)), ", \"modularity\": ", sprintf("%.12g", modularity(found)), "}"
  )
}
items <- grep("^[A-Z]+[0-9]+$", names(survey), value = TRUE)
cat(
  "{\"provenance\": {\"tool\": \"glasso, qgraph, igraph\", \"version\": \"",
  paste(sapply(c("glasso", "qgraph", "igraph"), function(one) as.character(packageVersion(one))), collapse = ", "),
  "\", \"R_version\": \"", R.version.string, "\", \"script\": \"tests/reference/scripts/graph_analysis.R\"",
  ", \"data\": \"complete rows of psych's bfi; tests/reference/data/sim676.csv, its first 200 rows, items A to D\"},\n",
  " \"bfi\": ", analysed(na.omit(bfi[1:25])), ",\n",
  " \"simulated\": ", analysed(survey[1:200, items[1:20]]), "}\n",
  sep = "", file = file.path(folder, "graph_analysis.json")
)
