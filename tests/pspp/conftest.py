"""The surveys that every comparison with PSPP runs on."""

from __future__ import annotations

import pytest

from .surveys import Survey, bfi, bundled, simulated


@pytest.fixture(scope="package", params=[bundled, simulated, bfi], ids=lambda make: make.__name__)
def survey(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return request.param(tmp_path_factory.mktemp("survey"))
