"""Names of columns and lines: what programs and journals call them, and the nearest known one."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "headers.yaml"
COMPONENT = "component_"

# Which family of headers a table has that a relation of this kind names under this key.
FAMILIES: Mapping[str, Mapping[str, str]] = {
    "descriptives": {"table": "descriptives"},
    "normality": {"table": "descriptives"},
    "frequencies": {"table": "frequencies"},
    "adequacy": {"table": "adequacy"},
    "loadings": {"table": "loadings"},
    "variance_explained": {"table": "loadings"},
    "regression": {
        "coefficients": "coefficients",
        "summary": "summary",
        "anova": "anova",
        "descriptives": "descriptives",
    },
    "measurement": {"table": "measurement", "reliability": "measurement"},
    "discriminant": {"measurement": "measurement", "fornell_larcker": "matrix", "htmt": "matrix"},
    "correlations": {"table": "matrix", "p": "matrix"},
    "reliability": {"table": "item_statistics", "correlations": "matrix"},
    "paths": {"table": "paths", "r2": "paths", "correlations": "matrix"},
    "mediation": {"table": "paths", "paths": "paths"},
    "fit_indices": {"table": "fit_indices"},
    "groups": {"table": "groups"},
    "effect_sizes": {"table": "effect_sizes"},
}
_OF_MODELS = {
    "measurement": "loading alpha rho_a cr ave sqrt_ave items mean_r mean sd t p vif",
    "item_statistics": "mean sd n item_total mean_if_deleted variance_if_deleted alpha_if_deleted",
    "paths": (
        "estimate beta b std_error sd t p ci_low ci_high f2 vif r2 adj_r2 r2_without q2 sample_mean z "
        "path_a path_b se_a se_b indirect direct total vaf source target mediator verdict"
    ),
    "fit_indices": (
        "n chi2 df chi2_df p rmsea rmsea_low rmsea_high pclose cfi tli nfi rfi ifi gfi agfi srmr aic bic "
        "parameters chi2_baseline df_baseline value"
    ),
    "effect_sizes": (
        "t f df df1 df2 d r eta2 omega2 v chi2 f2 r2 n n1 n2 smaller b odds_ratio ci_low ci_high p std_error "
        "wald"
    ),
    "groups": (
        "n mean sd se_mean std_error min max ci_low ci_high t z df p d f df1 df2 eta2 difference "
        "se_difference levene_f levene_p"
    ),
    "matrix": "n mean sd min max skewness kurtosis alpha rho_a cr ave msv asv vif items",
}
# Columns that relations of a family know; others in such a table are named to whoever entered it.
KNOWN: Mapping[str, frozenset[str]] = {
    "descriptives": frozenset(
        [
            "n",
            "min",
            "max",
            "mean",
            "se_mean",
            "sd",
            "skewness",
            "se_skewness",
            "kurtosis",
            "se_kurtosis",
            "loading",
            "vif",
            "variance",
            "range",
            "sum",
        ]
    ),
    "frequencies": frozenset(["n", "percent", "valid_percent", "cumulative"]),
    "adequacy": frozenset(["kmo", "bartlett_chi2", "bartlett_df", "bartlett_p", "value"]),
    "loadings": frozenset(
        ["communality", "uniqueness", "complexity", "mean", "sd"]
        + [
            f"{part}{name}"
            for part in ("", "extracted_", "rotated_")
            for name in ("eigenvalue", "percent", "cumulative")
        ]
    ),
    "coefficients": frozenset(
        [
            "b",
            "std_error",
            "beta",
            "t",
            "p",
            "ci_low",
            "ci_high",
            "tolerance",
            "vif",
            "mean",
            "sd",
            "z",
            "sample_mean",
        ]
    ),
    "summary": frozenset(
        [
            "r",
            "r2",
            "adj_r2",
            "std_error_estimate",
            "durbin_watson",
            "f",
            "p",
            "n",
            "df",
            "r2_change",
            "f_change",
            "df1",
            "df2",
            "p_change",
        ]
    ),
    "anova": frozenset(["sum_of_squares", "df", "mean_square", "f", "p"]),
    **{family: frozenset(columns.split()) for family, columns in _OF_MODELS.items()},
}

# Tables whose columns are variables: `SE` or `t` is one of them, `M` and `SD` beside them are statistics.
_NAMED_BY_VARIABLES = frozenset({"matrix"})

_LETTERS = r"(?:f|fac|factor|component|comp|pc|rc|mr|ml|pa|tc|dim|dimension|фактор|компонент[аы]?|фак|ф|к)"
_NUMBER = r"(?P<number>\d{1,2}|viii|vii|vi|iv|ix|iii|ii|i|v|x)"
_COMPONENTS = (
    re.compile(rf"{_LETTERS}{_NUMBER}"),
    re.compile(rf"{_NUMBER}(?:st|nd|rd|th|й|я|ші|шы)?{_LETTERS}"),
    re.compile(_NUMBER),
)
_ROMAN = {
    name: i for i, name in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], start=1)
}
_STANDARD_ERROR_OF = {"mean": "se_mean", "skewness": "se_skewness", "kurtosis": "se_kurtosis"}
# A nearest name is told where at least this much of the two is alike.
_ALIKE = 0.6


def bare(name: str) -> str:
    """A name without case, spaces and punctuation: `Std. Deviation` is `stddeviation`."""
    text = unicodedata.normalize("NFKC", str(name)).replace("ß", "β").casefold().replace("ё", "е")
    return "".join(letter for letter in text if letter.isalnum() or letter == "%") or text.strip()


def canonical(header: str, family: str = "", before: str = "") -> str:
    """The name of a column in our tables; the header itself where it is unknown.

    Parameters
    ----------
    family : what its table is, as some headers mean different things in different tables.
    before : the column before it: SPSS calls three columns `Std. Error`, each after its statistic.
    """
    own, common = _aliases(family), _aliases("")
    name = bare(header)
    if family in _NAMED_BY_VARIABLES:
        # A line that is called so keeps its name: whoever reads the table asks for the others only.
        known = own.get(name) or common.get(name)
        return known if known in KNOWN[family] else header
    if family == "descriptives" and own.get(name) == "se_mean" and before in _STANDARD_ERROR_OF:
        return _STANDARD_ERROR_OF[before]
    # `VIF` is no sixth factor.
    if family == "loadings" and name not in {*own, *common} and (number := _component(name)):
        return f"{COMPONENT}{number}"
    if found := own.get(name) or common.get(name):
        return found
    # `Композитная надёжность (CR)`: words and abbreviation say the same.
    words, _, abbreviation = str(header).partition("(")
    if abbreviation and words.strip():
        both = {own.get(bare(part)) or common.get(bare(part)) for part in (words, abbreviation)}
        if len(both) == 1 and (said := both.pop()):
            return said
    return header


def is_known(name: str) -> bool:
    """Whether a column has a name of ours, or a header for one."""
    return bare(name) in _aliases("") or name.startswith(COMPONENT)


def line_named(lines: Sequence[str], name: str) -> str | None:
    """The line that is called `name`, or has a name for it: `(Constant)` is the constant."""
    if name in lines:
        return name
    known = _lines()[name]
    return next((line for line in lines if bare(line.rpartition("/")[2]) in known), None)


def is_line(line: str, name: str) -> bool:
    """Whether a line is the total, the constant or the like."""
    return bare(line.rpartition("/")[2]) in _lines()[name]


def nearest(word: str, known: Sequence[str], alike: float = _ALIKE) -> str:
    """The one of `known` that is most like a word; empty where none is at least so much `alike`."""
    names = {bare(one): one for one in known}
    found = difflib.get_close_matches(bare(word), list(names), n=1, cutoff=alike)
    return names[found[0]] if found else ""


def known_names(names: Sequence[str], wanted: str = "") -> str:
    """What could be meant: `Known are beta, p. The nearest is beta.`"""
    close = nearest(wanted, names) if wanted else ""
    return f"Known are {', '.join(names) or 'none'}." + (f" The nearest is {close}." if close else "")


def nearest_column(header: str, family: str) -> str:
    """The column of a family whose name, or one of whose headers, is most like this header."""
    own = {alias: column for alias, column in _aliases("").items() if column in KNOWN.get(family, ())}
    own |= {alias: column for alias, column in _aliases(family).items() if column in KNOWN.get(family, ())}
    found = nearest(header, list(own))
    return own.get(found, "")


def _component(name: str) -> int | None:
    match = next((found for pattern in _COMPONENTS if (found := pattern.fullmatch(name))), None)
    if match is None:
        return None
    return _ROMAN.get(match["number"]) or int(match["number"])


@cache
def _aliases(family: str) -> Mapping[str, str]:
    names = _content()["columns"] if not family else _content()["families"].get(family, {})
    common = _content()["columns"]
    known = [name for name in (*names, *KNOWN.get(family, ())) if not family or name not in common]
    return {bare(name): name for name in known} | {
        bare(alias): name for name, aliases in names.items() for alias in aliases
    }


@cache
def _lines() -> Mapping[str, frozenset[str]]:
    return {
        name: frozenset({bare(name), *map(bare, aliases)}) for name, aliases in _content()["lines"].items()
    }


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content
