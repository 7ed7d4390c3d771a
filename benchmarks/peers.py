"""Times one task by one other package; run by `bench.py` in the peers' own environment.

    python benchmarks/peers.py TASK [DRAWS]

prints `{"reference": ..., "seconds": ...}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pandas as pd
from survey import ITEMS, SIZES, answers
from timing import best_of

PROCESSES = 2


def frame() -> pd.DataFrame:
    return pd.DataFrame(answers(), columns=ITEMS)


def items_of(construct: str) -> list[str]:
    return [item for item in ITEMS if item[0] == construct]


def plspm_estimate(data: pd.DataFrame, **bootstrap: Any) -> Any:
    import plspm.config as config
    from plspm.mode import Mode
    from plspm.plspm import Plspm
    from plspm.scheme import Scheme

    structure = config.Structure()
    structure.add_path(list("ABCDEF"), ["Y"])
    model = config.Config(structure.path(), scaled=True)
    for construct in SIZES:
        model.add_lv(construct, Mode.A, *(config.MV(item) for item in items_of(construct)))
    return Plspm(data, model, Scheme.PATH, 100, 1e-7, **bootstrap)


def seminr_estimate(data: dict[str, Any]) -> Any:
    import seminr

    measurement = seminr.constructs(*(seminr.composite(c, items_of(c)) for c in SIZES))
    return seminr.estimate_pls(data, measurement, seminr.relationships(seminr.paths(list("ABCDEF"), "Y")))


def fit_plspm(_: int) -> tuple[str, float]:
    data = frame()
    return f"plspm {version('plspm')}", best_of(lambda: plspm_estimate(data), 5)


def fit_seminr(_: int) -> tuple[str, float]:
    data = dict(zip(ITEMS, answers().T, strict=True))
    return f"seminr {version('seminr')} (PyPI)", best_of(lambda: seminr_estimate(data), 5)


def bootstrap_plspm(draws: int) -> tuple[str, float]:
    data = frame()
    label = f"plspm {version('plspm')}, {PROCESSES} processes"
    return label, best_of(
        lambda: plspm_estimate(data, bootstrap=True, bootstrap_iterations=draws, processes=PROCESSES), 1
    )


def bootstrap_seminr(draws: int) -> tuple[str, float]:
    import seminr

    fit = seminr_estimate(dict(zip(ITEMS, answers().T, strict=True)))
    label = f"seminr {version('seminr')} (PyPI), {PROCESSES} processes"
    return label, best_of(lambda: seminr.bootstrap_model(fit, draws, seed=1, cores=PROCESSES), 1)


def cfa_semopy(_: int) -> tuple[str, float]:
    import semopy

    data = frame()
    description = "\n".join(f"{c} =~ {' + '.join(items_of(c))}" for c in SIZES)
    return f"semopy {version('semopy')}", best_of(lambda: semopy.Model(description).fit(data), 5)


def factors_factor_analyzer(_: int) -> tuple[str, float]:
    from factor_analyzer import FactorAnalyzer
    from factor_analyzer.factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    data = frame()

    def analyse() -> None:
        calculate_kmo(data)
        calculate_bartlett_sphericity(data)
        FactorAnalyzer(7, rotation="varimax", method="principal", svd_method="randomized").fit(data)

    return f"factor_analyzer {version('factor_analyzer')}", best_of(analyse, 5)


TASKS: dict[str, Callable[[int], tuple[str, float]]] = {
    task.__name__: task
    for task in (
        fit_plspm,
        fit_seminr,
        bootstrap_plspm,
        bootstrap_seminr,
        cfa_semopy,
        factors_factor_analyzer,
    )
}


def main() -> None:
    warnings.simplefilter("ignore")
    draws = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with contextlib.redirect_stdout(io.StringIO()):
        reference, seconds = TASKS[sys.argv[1]](draws)
    print(json.dumps({"reference": reference, "seconds": seconds}))


if __name__ == "__main__":
    main()
