"""Linear structural models of covariances: confirmatory factors, their fit, groups, paths among factors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
