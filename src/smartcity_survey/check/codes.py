"""Codes that mean no answer in one place and an answer in another: rows would be lost in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smartcity_survey.data.read.cells import missing_codes, wordings_of
from smartcity_survey.errors import Problem
from smartcity_survey.study.codebook import Codebook, Demographic
from smartcity_survey.study.config import DataSection

Ranges = Sequence[tuple[float, float]]


def missing_code_problems(codebook: Codebook, section: DataSection, place: str) -> Iterator[Problem]:
    """Codes and words of `missing_codes` that the codebook has as answers.

    Parameters
    ----------
    place : file and key of the section.
    """
    missing = missing_codes(section)
    remedy = (
        "Take it out of `missing_codes`, or correct the codebook. Where it means no answer in other columns "
        "only, empty these cells in the file."
    )
    for code in missing.codes:
        for answer in _answers_with(code, codebook):
            yield Problem(f"{place}.missing_codes", f"{code:g} means no answer, but is {answer}.", remedy)
    for word in sorted(missing.texts):
        known = [name for name in codebook.columns() if word in wordings_of(name, codebook)]
        if known:
            yield Problem(
                f"{place}.missing_codes",
                f"{word!r} means no answer, but is the wording of an answer to {_listed(known)}.",
                remedy,
            )


def declared_code_problems(
    codebook: Codebook, declared: Mapping[str, Ranges], place: str
) -> Iterator[Problem]:
    """Codes that the survey file declares as missing and the codebook has as answers.

    Parameters
    ----------
    declared : of each question, as `Responses` has them.
    place : the survey file.
    """
    columns = codebook.columns()
    for name, ranges in declared.items():
        codes = _valid_codes(name, codebook)
        both = [code for code in codes if any(low <= code <= high for low, high in ranges)]
        if both:
            yield Problem(
                f"{place}, column {columns[name]}",
                f"the file declares {_listed(both)} as missing, but in the codebook "
                f"{'this is an answer' if len(both) == 1 else 'these are answers'}.",
                "Correct the scale or the categories in the codebook, or clear the missing values in SPSS.",
            )


def doubtful_codes(
    codebook: Codebook, section: DataSection, declared: Mapping[str, Ranges], place: str
) -> Iterator[Problem]:
    """Codes of no answer that lie in a band of a number: 99 may be an age."""
    missing = missing_codes(section)
    for name, question in codebook.demographics.items():
        ranges = (*declared.get(name, ()), *((code, code) for code in missing.codes))
        for low, high in ranges:
            if _in_a_band(low, high, question):
                code = f"{low:g}" if low == high else f"{low:g} to {high:g}"
                yield Problem(
                    f"{place}.missing_codes" if (low, high) not in declared.get(name, ()) else place,
                    f"{code} means no answer, but lies in a band of {name}: whoever gave it counts as not "
                    "having answered.",
                    "Let the band end before it, or take it out of `missing_codes` where it is a number "
                    "like the others.",
                )


def _answers_with(code: float, codebook: Codebook) -> Iterator[str]:
    """Where the codebook has a code as an answer, in words."""
    if code != int(code):
        return
    scales: dict[tuple[int, int], list[str]] = {}
    for item in codebook.items:
        scale = codebook.scale_of(item)
        if scale.minimum <= code <= scale.maximum:
            scales.setdefault((scale.minimum, scale.maximum), []).append(item)
    for (minimum, maximum), items in scales.items():
        yield f"an answer on the scale from {minimum} to {maximum} of {_listed(items)}"
    for name, question in codebook.demographics.items():
        if code in question.categories:
            yield f"a category of {name}"


def _valid_codes(name: str, codebook: Codebook) -> Sequence[int]:
    if name in codebook.items:
        scale = codebook.scale_of(name)
        return range(scale.minimum, scale.maximum + 1)
    return tuple(codebook.demographics[name].categories) if name in codebook.demographics else ()


def _in_a_band(low: float, high: float, question: Demographic) -> bool:
    # Dates are numbers inside the program only: no code of the file is one.
    return not question.of_dates and any(
        low <= band.maximum and band.minimum <= high for band in question.bands
    )


def _listed(names: Sequence[object]) -> str:
    shown = ", ".join(map(str, names[:5]))
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
