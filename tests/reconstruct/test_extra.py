"""Without the extra `reconstruct` the command says what to install."""

import sys

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct import rebuild


def test_says_which_package_is_missing_and_how_to_get_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "smartcity_survey.reconstruct.study", raising=False)
    for name in [name for name in sys.modules if name.startswith("smartcity_survey.reconstruct.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(SurveyError, match=r"`make reconstruct STUDY=<folder>`.*its extra `reconstruct`"):
        rebuild()
