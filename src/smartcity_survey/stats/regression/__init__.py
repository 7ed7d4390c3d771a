"""Ordinary least squares and what a reader asks of it: diagnostics, robust errors, importance."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
