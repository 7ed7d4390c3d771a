"""Are the constructs reliable, and are they distinct?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from smartcity_survey.errors import counts
from smartcity_survey.notebook.answers import numbers
from smartcity_survey.notebook.latent import require_model
from smartcity_survey.notebook.model import Model, study_model
from smartcity_survey.notebook.told import attempt, told
from smartcity_survey.notebook.view import View, square
from smartcity_survey.stages.measurement.measurement import reliability_frame
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.measurement import validity
from smartcity_survey.stats.measurement.reliability_coefficients import (
    Reliability,
    reliability,
)
from smartcity_survey.stats.pls.algorithm import PlsFit
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.study.config import PlsSection


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class MeasurementView(View):
    """Reliability and discriminant validity of constructs.

    Attributes
    ----------
    reliability : a row for each construct: n_items; cronbach_alpha with Feldt's interval, standardised alpha
        and omega from covariances; rho_a, composite_reliability (rho_C) and ave from PLS loadings, as Hair et
        al. report them; composite_reliability_cfa and ave_cfa from those of factors; mean_inter_item_r.
        Empty where a construct has no such coefficient, as of a single item.
    fornell_larcker : (c, c), correlations of composites, square roots of AVE on the diagonal.
    htmt, htmt2 : (c, c), heterotrait-monotrait ratios by arithmetic and by geometric means.
    record : `Reliability`; pls, cfa : fits behind it, None where there is none.
    """

    title: ClassVar[str] = "Reliability and validity"
    shown: ClassVar[tuple[str, ...]] = ("reliability", "fornell_larcker", "htmt")
    reliability: pd.DataFrame
    fornell_larcker: pd.DataFrame
    htmt: pd.DataFrame
    htmt2: pd.DataFrame
    record: Reliability
    pls: PlsFit | None
    cfa: CfaFit | None


def measurement(answers: pd.DataFrame, model: Model) -> MeasurementView:
    """Reliability coefficients, AVE, the Fornell-Larcker criterion and HTMT of a model's constructs.

    What rests on PLS needs paths, what rests on factors needs constructs that items reflect; without these it
    is left empty and the notes say so.

    Sources: `stats.measurement`; Hair et al. (2022), A Primer on PLS-SEM, ch. 4.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, and constant items.
    """
    require_model(model, "measurement")
    x, _ = numbers(answers, model)
    declared = study_model(model)
    n, blocks = len(x), declared.membership()
    names = declared.items, declared.names
    notes = [f"{counts(respondent=n, item=len(declared.items), construct=len(declared.names))}."]
    with told("measurement", *names):
        R, S = correlation(x), covariance(x, ddof=1)
    pls = cfa = None
    if model.paths:
        pls = attempt(notes, "PLS-SEM", *names, lambda: fit_model(R, n, declared, PlsSection()))
    else:
        notes.append("No paths: nothing that rests on PLS.")
    if model.composites:
        notes.append(f"Nothing that rests on factors: items form {', '.join(model.composites)}.")
    else:
        cfa = attempt(notes, "CFA", *names, lambda: fit_cfa(covariance(x, ddof=0), n, blocks))
    with told("measurement", *names):
        found = reliability(
            S,
            n,
            blocks,
            loadings=None if pls is None else pls.loadings,
            rho_a=None if pls is None else pls.rho_a,
        )
    if cfa is not None and not cfa.admissible:
        notes.append("CFA is inadmissible: rely on no coefficient that rests on it (see fit_cfa).")
    unsolved = np.isnan(found.omega) & (found.n_items > 2)
    if unsolved.any():
        named_so = ", ".join(name for name, missing in zip(declared.names, unsolved, strict=True) if missing)
        notes.append(f"No omega of {named_so}: a single factor has no solution, or is a Heywood case.")
    larcker = (
        pd.DataFrame()
        if pls is None
        else square(validity.fornell_larcker(pls.construct_corr, found.ave), declared.names, "construct")
    )
    return MeasurementView(
        notes=tuple(notes),
        reliability=reliability_frame(found, cfa, declared).set_index("construct"),
        fornell_larcker=larcker,
        htmt=square(validity.htmt(R, blocks), declared.names, "construct"),
        htmt2=square(validity.htmt2(R, blocks), declared.names, "construct"),
        record=found,
        pls=pls,
        cfa=cfa,
    )
