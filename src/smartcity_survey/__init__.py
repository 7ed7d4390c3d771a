"""What makes residents accept the smart city: a survey analysis from raw answers to verdicts.

>>> import smartcity_survey as ss

`__init__.pyi` beside this file lists what a notebook takes from here (docs/notebook.md). Each name is
imported when it is first asked for, so that whoever imports the package loads no table or numeric library.
"""

import lazy_loader

_imported, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    # Reading the metadata of a distribution takes longer than all the rest.
    if name == "__version__":
        from importlib.metadata import version

        return version("smartcity_survey")
    return _imported(name)
