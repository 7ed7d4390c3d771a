"""Confirmatory factors and structural equations."""
