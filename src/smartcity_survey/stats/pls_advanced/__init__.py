"""Beside the PLS path model: necessary conditions, unobserved segments, tetrads, Gaussian copulas."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
