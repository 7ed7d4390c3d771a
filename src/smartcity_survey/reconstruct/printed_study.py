"""A study with what it prints, read without the tools of the extra `reconstruct`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from smartcity_survey.audit.paper import Paper, Printed, read_paper
from smartcity_survey.data.bounds_tables import READINGS
from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.aside import require_spelt
from smartcity_survey.reconstruct.published import PublishedProblem, published_problem
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import Config, read_config
from smartcity_survey.study.model import Model, build_model

MISFIT = ("cfa", "chi2")
"""The target of how far off the factor model is."""


@dataclass(frozen=True, slots=True)
class PrintedStudy:
    """A study, what it prints, and the problem that poses."""

    config: Config
    codebook: Codebook
    paper: Paper
    model: Model
    published: PublishedProblem

    @property
    def made_from(self) -> dict[str, str]:
        """Fingerprints of what bounds are made from: the printed numbers, and the questionnaire's model."""
        problem, design = self.published.problem, self.published.problem.design
        printed = sorted(
            (" ".join(target.key), target.printed)
            for target in problem.targets
            if target.printed or target.key[0] == "loading"  # a blank loading is small
        )
        model = (design.items, design.scores, design.factor_of, design.regressions, design.low, design.high)
        return {
            "printed": _digest((design.n, printed, sorted(self.published.extremes.items()))),
            "model": _digest(model),
        }

    @property
    def misfits(self) -> dict[str, float]:
        """Reading that asks for a fit -> chi2 of the factor model at most; none without a factor model.

        `strict`: its degrees of freedom, as of a true model. `claimed`: that of an RMSEA of .05, which a
        study that calls its fit acceptable is taken to mean, whether it says so or not.
        """
        problem = self.published.problem
        if problem.design.factor_of is None:
            return {}
        claimed = next((target.high for target in problem.targets if target.key == MISFIT), np.inf)
        return dict(zip(READINGS, (float(problem.design.degrees_of_freedom), claimed), strict=False))


def _digest(content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def read_study(config: Path) -> PrintedStudy:
    """The study of a `config.yaml` that names a folder of printed tables.

    Raises
    ------
    SurveyError
        where it names none.
    """
    study = read_config(config)
    root = config.resolve().parent
    if study.data.published is None:
        raise SurveyError(f"{config}, data.published", "no printed tables.", "Name their folder.")
    codebook = read_codebook(root / study.data.codebook)
    return printed_study(study, codebook, read_paper(root / study.data.published))


def printed_study(study: Config, codebook: Codebook, paper: Paper) -> PrintedStudy:
    """The parts of a study, with the problem that its paper poses.

    Raises
    ------
    SurveyError
        where loadings are printed and a construct has none, or what `published_problem` refuses.
    """
    items = tuple(codebook.items)
    table = loadings_of(paper)
    model = build_model(study.model, codebook)
    if table is not None:
        require_spelt(paper, table, items)
        kept = loaded_items(paper) or ()
        if bare := [c.name for c in model.constructs if not set(c.items) & set(kept)]:
            raise SurveyError(
                f"paper.yaml, {table.id}",
                f"no loading is printed of an item of {', '.join(bare)}.",
                "Name its lines as the items of the codebook, or say under `names` which item each "
                "stands for.",
            )
        model = model.keeping(kept)
    published = published_problem(paper, items, model, study.factors)
    return PrintedStudy(study, codebook, paper, model, published)


def loaded_items(paper: Paper) -> tuple[str, ...] | None:
    """Items with a printed loading: those the study kept. None where no loadings are printed."""
    table = loadings_of(paper)
    if table is None:
        return None
    return tuple(
        paper.names.get(line, line)
        for line in table.body
        if any((line, c) in table.cells for c in table.number_columns)
    )


def loadings_of(paper: Paper) -> Printed | None:
    """The table of rotated loadings."""
    return next((p for p in paper.objects.values() if "rotated_loadings" in p.shows and p.cells), None)
