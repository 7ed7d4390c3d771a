"""The stages of the analysis: frames and options in, tables with their estimator cards out."""
