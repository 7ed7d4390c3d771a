"""Whole runs of studies of every kind."""
