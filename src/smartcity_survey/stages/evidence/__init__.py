"""Hypotheses: verdicts, under every specification, and how much each bears."""
