"""What the study itself printed, as an argument of stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd

from smartcity_survey.locales import LANGUAGES
from smartcity_survey.stages.needs import Files, Need, Published
from smartcity_survey.study.codebook import Codebook, Label
from smartcity_survey.study.config import Config
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


@dataclass(frozen=True)
class NamesInPrint(Need):
    """Language -> what the study calls the lines of printed tables: constructs, and answers as `age/1`.

    A label that is not given in a language is told in the first it has.
    """

    def options(self, config: Config, codebook: Codebook) -> Any:
        if not config.data.published:
            return None
        return {language: names_in_print(codebook, language) for language in LANGUAGES}

    def value(self, paths: Files, options: Any) -> Any:
        return options or {language: {} for language in LANGUAGES}


Names = Annotated[Mapping[str, Mapping[str, str]], NamesInPrint()]


def names_in_print(codebook: Codebook, language: str) -> dict[str, str]:
    """Construct, or question and code of its answer (`age/1`) -> label in a language."""

    def words(label: Label) -> str:
        return label if isinstance(label, str) else label.get(language) or next(iter(label.values()))  # type: ignore[call-overload]

    names = {name: words(construct.label) for name, construct in codebook.constructs.items()}
    for name, question in codebook.demographics.items():
        answers = dict(question.categories)
        answers |= {code: band.label for code, band in enumerate(question.bands, start=1)}
        names |= {
            f"{name}/{code}": f"{words(question.label)}: {words(label)}" for code, label in answers.items()
        }
    return names
