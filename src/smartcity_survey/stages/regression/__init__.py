"""Regressions of the scores, and how far they can be trusted."""
