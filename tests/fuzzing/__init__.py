"""Readers of files that people give, tried with bytes that nobody would write."""
