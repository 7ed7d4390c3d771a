"""The printed tables of a paper, held against one another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, get_args

import pandas as pd

from smartcity_survey.audit import run
from smartcity_survey.errors import SurveyError
from smartcity_survey.notebook.view import View, named
from smartcity_survey.study.config import Language


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AuditView(View):
    """What a paper's printed numbers say against one another; no data are needed.

    Attributes
    ----------
    findings : a row for each check made, the gravest first: check, place, printed, expected, consistent
        (missing: not testable), severity, explanation.
    contradictions : those that are not consistent. by_severity : number of checks by severity.
    """

    title: ClassVar[str] = "Audit of printed numbers"
    shown: ClassVar[tuple[str, ...]] = ("by_severity", "contradictions")
    findings: pd.DataFrame
    contradictions: pd.DataFrame
    by_severity: pd.DataFrame


def audit_paper(path: Path | str, language: Language = "en") -> AuditView:
    """Audit the printed numbers of a paper, each within the rounding of its digits.

    Parameters
    ----------
    path : its `paper.yaml`, or the folder that holds it (data/published/README.md describes it).
    language : of the explanations: en, ru or kk.

    The table alone comes from `smartcity_survey.audit.run`, which this puts into a view.

    Raises
    ------
    SurveyError
        where the paper's files cannot be read or an address in them leads nowhere.
    """
    if language not in (known := get_args(Language)):
        raise SurveyError(
            "audit_paper, language", f"{language!r} is not known.", f"Choose from {', '.join(known)}."
        )
    found = run(path, language).set_index("check")
    contradictions = found[~found["consistent"].fillna(True).astype(bool)]
    sizes = found["severity"].replace("", "none").value_counts()
    return AuditView(
        notes=(f"{path}: {len(found)} checks, {len(contradictions)} contradictions.",),
        findings=found,
        contradictions=contradictions,
        by_severity=named(list(sizes.index), "severity", {"n_checks": sizes.to_numpy()}),
    )
