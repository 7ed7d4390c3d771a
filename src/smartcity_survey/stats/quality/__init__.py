"""The answers themselves: careless respondents, common method bias, cells too small to show."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
