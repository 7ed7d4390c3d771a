"""Components and common factors: adequacy, extraction, rotation, how many, which items stay."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
