"""What the study itself printed, as an argument of stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from smartcity_survey.stages.needs import Files, Published
from smartcity_survey.study.published import read_verdicts


@dataclass(frozen=True)
class PrintedVerdicts(Published):
    """Printed verdicts as `read_verdicts` has them; None where nothing was printed."""

    def value(self, paths: Files, options: Any) -> pd.DataFrame | None:
        return read_verdicts(options["folder"]) if options else None


@dataclass(frozen=True)
class VerdictsByName(PrintedVerdicts):
    """Hypothesis -> printed verdict; empty where nothing was printed."""

    def value(self, paths: Files, options: Any) -> Any:
        printed = super().value(paths, options)
        return {} if printed is None else dict(printed[["hypothesis", "verdict"]].to_numpy())
