"""Limits stand once and are used; `python -m tests.project.test_limits` renews docs/limits.md."""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

from smartcity_survey.report.criteria import read_criteria
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study import limits as module
from smartcity_survey.study.limits import LIMITS, SIGNS, limit, limits
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey"
DOCS = REPOSITORY / "docs/limits.md"
SYMBOLS = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"}


def listed() -> str:
    """The page of the docs."""
    lines = [f"| {one.judges} | {SYMBOLS[one.sign]} {one.text} | {one.source} |" for one in limits().values()]
    head = (
        "# Conventional limits\n\n"
        "Conventions, not laws: they say where to look. All of them stand in\n"
        "`src/smartcity_survey/study/limits/limits.yaml`, from which tables, figures, caveats and criteria\n"
        "take them; this page is made by `python -m tests.project.test_limits`.\n\n"
    )
    return head + "\n".join(["| result | limit | source |", "|---|---|---|", *lines]) + "\n"


def test_the_docs_list_every_limit() -> None:
    assert DOCS.read_text(encoding="utf-8") == listed()


def test_every_limit_is_used_and_every_use_is_a_limit() -> None:
    used = {criterion.limit for criterion in read_criteria()}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "limit":
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    used.add(str(argument.value))
                elif isinstance(argument, ast.JoinedStr):
                    assert argument.values[0].value == "htmt_"  # type: ignore[attr-defined]
                    used |= {"htmt_distinct", "htmt_similar"}
    used |= {"longstring", "irv", "mahalanobis_p", "even_odd"}  # named beside their screens in stages/clean
    texts = load_wording("en").texts
    noted = [text for key, text in texts.items() if re.match(r"tables\..*\.note$|columns\.", key)]
    used |= {name for text in noted for _, name, _, _ in Formatter().parse(text) if name}
    assert used == set(limits())


def test_limits_are_no_numbers_of_the_code() -> None:
    """HTMT of .85 stood in four files, VIF as 3, 3.3 and 5 in three: now none is written in a stage."""
    written = {".85", "3.3", ".708"}
    for folder in ("stages", "report", "check"):
        for path in (PACKAGE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, float):
                    found = f"{node.value:g}".lstrip("0") in written
                    assert not found or "figures" in path.parts, (path, node.lineno)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_take_their_limits_from_there(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wording = load_wording(language)  # type: ignore[arg-type]
    decimal = wording.numbers.decimal
    assert f"{decimal}85" in wording.noted("tables.htmt.note")
    assert wording.noted("columns.below_similar").endswith(f"{decimal}90")
    entries = yaml.safe_load(LIMITS.read_text(encoding="utf-8"))
    entries["htmt_distinct"]["below"] = "0.77"
    changed = {name: module._limit(name, entry) for name, entry in entries.items()}
    monkeypatch.setattr(module, "limits", lambda: changed)
    assert f"{decimal}77" in wording.noted("tables.htmt.note")
    assert f"{decimal}85" not in wording.noted("tables.htmt.note")


@pytest.mark.parametrize(
    ("name", "value", "met"),
    [
        ("htmt_distinct", 0.849, True),
        ("htmt_distinct", 0.85, False),
        ("ave", 0.5, True),
        ("ave", 0.499, False),
        ("srmr", 0.08, True),
        ("srmr", 0.081, False),
        ("irv", 5.0, False),
        ("irv", 5.1, True),
        ("ave", math.nan, False),
        ("vif_critical", math.nan, False),
    ],
)
def test_a_value_at_the_limit(name: str, value: float, met: bool) -> None:
    assert limit(name).met(value) is met


def test_a_limit_has_a_number_a_subject_and_a_source() -> None:
    for one in limits().values():
        assert one.sign in SIGNS
        assert re.search(r"\d{4}$", one.source), one
        assert math.isfinite(one.value)
    for entry in (
        {"below": 0.85, "judges": "x", "source": "y"},
        {"below": "1", "above": "2"},
        {"judges": "x"},
    ):
        with pytest.raises(ValueError, match=r"limits.yaml, wrong: write one of"):
            module._limit("wrong", entry)


if __name__ == "__main__":
    Path(DOCS).write_text(listed(), encoding="utf-8")
