"""What each table of a paper is, by its headers, its lines and its caption, and which relation checks it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smartcity_survey.audit.checks.paths import chain_of
from smartcity_survey.audit.headers import COMPONENT, canonical, is_line
from smartcity_survey.audit.reported import read_number
from smartcity_survey.new_paper.grid import Draft, is_number, plain

_ARROW = re.compile(r"->|→|⟶|=>|–>|—>")
_HYPOTHESIS = re.compile(r"[HГ]\d{1,2}[a-zа-я]?\b")
_FIT = frozenset(
    {"chi2", "chi2_df", "rmsea", "cfi", "tli", "srmr", "nfi", "ifi", "gfi", "agfi", "aic", "bic"}
)
_SCALE = frozenset({"alpha", "rho_a", "cr", "ave"})
_WORDS = {
    "htmt": r"htmt|heterotrait",
    "fornell_larcker": r"fornell|larcker|discriminant|дискриминант",
    "loadings": r"loading|rotated|component matrix|pattern matrix|factor (?:structure|matrix)|нагруз|жүктеме",
    "paths": r"path|structural|hypothes|direct effect|гипотез|пут[ие]|гипотеза|жол",
    "mediation": r"mediat|indirect|медиац|косвен|непрям|жанама",
    "not_direct": r"total|indirect|общ|полн|косвен|непрям|жалпы|жанама",
    "paired": r"paired|before and after",
    # Matrices of SmartPLS from row to column that hold no correlations.
    "not_correlations": (
        r"f[- ]?square|f²|f2\b|effect|path coef|\bvif\b|residual|covarianc|q²|"
        r"коэффициент\w* пут|эффект|ковариац"
    ),
}


@dataclass(slots=True)
class Kind:
    """A guess about one table.

    Attributes
    ----------
    name : kind of relation, or what the table is beside one (`summary`, `anova`).
    by : what says so, as words for the list of guesses.
    relation : the relation that checks it, without `kind`; None where it is none of its own.
    open : what the relation still needs from a person.
    """

    name: str
    by: str
    relation: dict[str, Any] | None = None
    open: str = ""
    shows: list[str] = field(default_factory=list)


def _caption(table: Draft, name: str) -> bool:
    return bool(re.search(_WORDS[name], table.found.caption, re.I))


def family_of(table: Draft) -> str:
    """Which headers a table may have; those of some families mean something else elsewhere."""
    lines = {canonical(line.rpartition("/")[2], "fit_indices") for line in table.lines}
    heads = {canonical(head, "fit_indices") for head in table.printed.values()}
    if len(heads & _FIT) >= 3 or len(lines & _FIT) >= 3:
        return "fit_indices"
    if _matrix(table):
        return "matrix"
    for family, known in (
        ("item_statistics", {"item_total", "mean_if_deleted", "variance_if_deleted", "alpha_if_deleted"}),
        ("effect_sizes", {"odds_ratio"}),
    ):
        if len({canonical(head, family) for head in table.printed.values()} & known) >= 1:
            return family
    paths = {canonical(head, "paths") for head in table.printed.values()}
    if {"indirect"} <= paths and paths & {"total", "direct", "vaf", "p", "t", "ci_low"}:
        return "paths"
    if arrowed(table) and paths & {"beta", "b", "estimate"}:
        return "paths"
    if len(table.columns & _SCALE) >= 2 or ({"loading"} <= table.columns and table.columns & _SCALE):
        return "measurement"
    if _components(table):
        return "loadings"
    return ""


def arrowed(table: Draft) -> bool:
    """Whether the lines of a table are paths: arrows in their names, or hypotheses."""
    texts = [table.labels[line] for line in table.lines]
    words = table.text_columns()
    texts += [table.cells.get((line, column), "") for line in table.lines for column in words]
    arrows = sum(bool(_ARROW.search(text)) for text in texts)
    hypotheses = sum(bool(_HYPOTHESIS.match(text)) for text in texts)
    return max(arrows, hypotheses) >= 0.5 * len(table.lines) or (
        _caption(table, "paths") and not any(is_line(line, "constant") for line in table.lines)
    )


def _matrix(table: Draft) -> bool:
    """Whether columns bear the names of lines, or run 1, 2, 3 over a triangle of sizes up to one."""
    labels = {plain(table.labels[line]) for line in table.lines}
    named = [column for column, head in table.printed.items() if plain(head) in labels]
    numbered = [column for column, head in table.printed.items() if head.strip(" .()").isdigit()]
    columns = named if len(named) >= len(numbered) else numbered
    if len(columns) < 2 or len(table.lines) < 2 or len(columns) < len(table.lines) - 1:
        return False
    values = [read_number(text).value or 0.0 for column in columns for text in table.numbers(column)]
    triangle = len(values) < 0.75 * len(columns) * len(table.lines)
    ones = [table.cells.get((line, column), "") for line, column in zip(table.lines, columns, strict=False)]
    diagonal = all(not text or is_number(text) for text in ones)
    return bool(values) and max(map(abs, values)) <= 1.0 and diagonal and (triangle or bool(named))


def matrix_columns(table: Draft) -> dict[str, str]:
    """Column to the line whose variable it is."""
    labels = {plain(table.labels[line]): line for line in table.lines}
    found = {}
    for column, head in table.printed.items():
        bare = head.strip(" .()")
        if plain(head) in labels:
            found[column] = labels[plain(head)]
        elif bare.isdigit() and 1 <= int(bare) <= len(table.lines):
            found[column] = table.lines[int(bare) - 1]
    return found


def _components(table: Draft) -> list[str]:
    return [
        column for column, head in table.printed.items() if canonical(head, "loadings").startswith(COMPONENT)
    ]


def guess(table: Draft, family: str, n: str | None) -> Kind | None:
    """What a table is; None where nothing says so."""
    columns, name = table.columns, table.id
    relation: dict[str, Any] = {"table": name}
    if family == "fit_indices":
        return Kind("fit_indices", "headers", relation, shows=["cfa_fit"])
    if family == "matrix":
        return _of_matrix(table)
    if family == "item_statistics":
        # Without SDs nothing in the table is bound to anything.
        bound = relation if "sd" in columns else None
        return Kind("reliability", "headers", bound, "" if bound else "scale_sd", shows=["reliability"])
    if family == "effect_sizes":
        return Kind("effect_sizes", "headers", relation)
    if family == "measurement":
        return Kind("measurement", "headers", relation, shows=["reliability", "validity"])
    if family == "paths":
        chains = sum(len(_ARROW.split(table.labels[line])) > 2 for line in table.lines)
        mediation = "indirect" in columns or chains > 0.5 * len(table.lines)
        shows = ["mediation"] if mediation else ["pls_paths"]
        return Kind("mediation" if mediation else "paths", "headers and lines", relation, shows=shows)
    if family == "loadings" and (_caption(table, "loadings") or len(_components(table)) > 1):
        return Kind("loadings", "headers and caption", relation, shows=["rotated_loadings"])
    if {"sum_of_squares", "df"} <= columns:
        return Kind("anova", "headers", shows=["anova"])
    if columns & {"r2", "adj_r2"} and not columns & {"b", "t"}:
        return Kind("summary", "headers", shows=["model_summary"])
    if columns & {"b", "beta"} and columns & {"t", "std_error", "p"}:
        relation = {"coefficients": name}
        return Kind("regression", "headers", relation, shows=["coefficients"])
    if "eigenvalue" in columns and columns & {"percent", "cumulative"}:
        return _of_eigenvalues(table)
    if {"difference", "t"} <= columns:
        return Kind("groups", "headers", relation, shows=["means"])
    if {"mean_1", "mean_2"} <= columns or ("mean" in columns and columns & {"t", "f"}):
        of_groups = [column for column in table.header if column.startswith("mean_")]
        if len(table.sizes) == len(of_groups) > 1:
            relation["n"] = [int(size) for size in table.sizes]
        return Kind("groups", "headers", relation, shows=["means"])
    if "mean" in columns and ("sd" in columns or table.numbers("mean")):
        return Kind("descriptives", "headers", relation, shows=["descriptives", "means"])
    if {"n", "percent"} <= columns:
        total = {} if n is None else {"total": n}
        return Kind("frequencies", "headers", relation | total, shows=["demographics"])
    if _adequacy(table):
        return _of_adequacy(table)
    return None


def _adequacy(table: Draft) -> bool:
    return any(canonical(line.rpartition("/")[2]) == "kmo" for line in table.lines)


def _of_adequacy(table: Draft) -> Kind:
    """The number of items p is what the p(p - 1)/2 degrees of freedom of the test of sphericity say."""
    lines = {canonical(line.rpartition("/")[2], "adequacy"): line for line in table.lines}
    texts = [table.cells.get((lines.get("bartlett_df", ""), column), "") for column in table.header]
    items = [
        k
        for text in texts
        for k in range(2, 500)
        if is_number(text) and k * (k - 1) / 2 == read_number(text).value
    ]
    if not items:
        return Kind("adequacy", "lines", None, "items", shows=["adequacy"])
    relation = {"table": table.id, "items": items[0]}
    return Kind("adequacy", "lines", relation, shows=["adequacy"])


def _of_matrix(table: Draft) -> Kind | None:
    if _caption(table, "htmt"):
        return Kind("discriminant", "caption", {"htmt": table.id}, shows=["validity"])
    columns = matrix_columns(table)
    diagonal = [table.cells.get((line, column), "") for column, line in columns.items()]
    numbers = [
        text for text in diagonal if is_number(text) and abs((read_number(text).value or 0.0) - 1) > 1e-9
    ]
    if _caption(table, "fornell_larcker") or len(numbers) > 0.6 * len(columns):
        return Kind("discriminant", "diagonal", {"fornell_larcker": table.id}, shows=["validity"])
    if _caption(table, "not_correlations"):
        return None
    return Kind("correlations", "headers and lines", {"table": table.id}, shows=["correlations"])


def _of_eigenvalues(table: Draft) -> Kind:
    """The number of items is what eigenvalue and percentage agree on."""
    ratios = []
    for line in table.lines:
        pair = [read_number(table.cells.get((line, column), "")) for column in ("eigenvalue", "percent")]
        values = [number.value for number in pair]
        if values[0] and values[1]:
            share = values[1] if pair[1].percent else values[1] / 100
            ratios.append(values[0] / share)
    items = round(sorted(ratios)[len(ratios) // 2]) if ratios else 0
    if not items:
        return Kind("variance_explained", "headers", None, "items")
    return Kind("variance_explained", "headers", {"table": table.id, "items": items})


def _is_total(table: Draft, kind: Kind) -> bool:
    words = table.found.caption.casefold()
    return kind.name == "paths" and "total effect" in words and "indirect" not in words


def _of_smartpls(table: Draft) -> bool:
    """Whether a table is as SmartPLS exports it: every path is there, those of controls too."""
    return any("original sample" in head.casefold() for head in table.printed.values())


def joined(kinds: Mapping[str, Kind], tables: Sequence[Draft]) -> None:
    """Summary and analysis of variance go to the nearest regression, AVE to the Fornell-Larcker table."""
    order = {table.id: i for i, table in enumerate(tables)}
    regressions = [name for name, kind in kinds.items() if kind.name == "regression"]
    for name, kind in kinds.items():
        if kind.name in {"summary", "anova"} and regressions:
            near = min(regressions, key=lambda other: abs(order[other] - order[name]))
            relation = kinds[near].relation
            if relation is not None and kind.name not in relation:
                relation[kind.name] = name
    scales = [
        t.id for t in tables if t.id in kinds and kinds[t.id].name == "measurement" and "ave" in t.columns
    ]
    captions = {table.id: table for table in tables}
    direct = [
        name
        for name, kind in kinds.items()
        if kind.name == "paths" and not _caption(captions[name], "not_direct")
    ]
    for kind in kinds.values():
        if kind.name == "mediation" and kind.relation is not None and len(direct) == 1:
            kind.relation["paths"] = direct[0]
            # SmartPLS prints all effects, each kind in a table of its own.
            totals = [name for name in kinds if name in captions and _is_total(captions[name], kinds[name])]
            if len(totals) == 1 and _of_smartpls(captions[direct[0]]):
                kind.relation["totals"] = totals[0]
    fitted = [name for name, kind in kinds.items() if kind.name == "summary"]
    if len(direct) == len(fitted) == 1 and not regressions and _of_smartpls(captions[direct[0]]):
        relation, outcomes = kinds[direct[0]].relation, captions[fitted[0]].lines
        targets = {chain_of(line)[-1] for line in captions[direct[0]].lines}
        if relation is not None and set(outcomes) <= targets:
            relation["r2"] = fitted[0]
    for kind in kinds.values():
        if kind.relation is not None and "fornell_larcker" in kind.relation and len(scales) == 1:
            kind.relation["measurement"] = scales[0]
