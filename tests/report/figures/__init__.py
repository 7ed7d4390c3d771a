"""Figures, drawn and described."""
