"""How many to ask: margins of error, strata, power of a wave that is still to come."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
