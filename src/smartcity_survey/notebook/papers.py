"""The printed tables of a paper, held against one another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, get_args

import pandas as pd

from smartcity_survey.audit import run
from smartcity_survey.errors import counts
from smartcity_survey.notebook.view import View, in_words, named
from smartcity_survey.study.arguments import require_choice, require_path
from smartcity_survey.study.config import Language


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AuditView(View):
    """What a paper's printed numbers say against one another; no data are needed.

    Attributes
    ----------
    findings : a row for each check made, the gravest first: check, place, printed, expected, consistent
        (missing: not testable), severity and explanation in words of the language.
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
    require_choice(language, "audit_paper, language", get_args(Language))
    found = run(require_path(path, "audit_paper, path"), language).set_index("check")
    found["severity"] = [in_words("severity", code or "none", language) for code in found["severity"]]
    contradictions = found[~found["consistent"].fillna(True).astype(bool)]
    sizes = found["severity"].value_counts()
    return AuditView(
        notes=(f"{path}: {counts(check=len(found), contradiction=len(contradictions))}.",),
        findings=found,
        contradictions=contradictions,
        by_severity=named(list(sizes.index), "severity", {"n_checks": sizes.to_numpy()}),
    )
