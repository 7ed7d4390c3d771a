"""No traceback for any input: papers are changed at random, and each is audited or told what is wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartcity_survey.audit.messages import LANGUAGES
from smartcity_survey.audit.outcome import audited
from tests.conftest import REPOSITORY

HERE = Path(__file__).parent
PAPERS = [
    yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in [*sorted((HERE / "cases").glob("*.yaml")), HERE / "papers/library.yaml"]
]
PUBLISHED = REPOSITORY / "data" / "published"


def bundled() -> Any:
    """The bundled paper in one piece: it has claims, references and relations of nearly every kind."""
    paper = yaml.safe_load((PUBLISHED / "paper.yaml").read_text(encoding="utf-8"))
    files = paper.pop("files")
    for key in ("relations", "claims"):
        paper[key] = yaml.safe_load((PUBLISHED / files[key]).read_text(encoding="utf-8"))
    paper["text"] = (PUBLISHED / files["text"]).read_text(encoding="utf-8")
    for entry in paper["objects"].values():
        if "file" in entry:
            entry["csv"] = (PUBLISHED / entry.pop("file")).read_text(encoding="utf-8")
    return paper


BUNDLED = bundled()
TABLES = [
    entry["csv"]
    for paper in PAPERS
    for entry in paper["objects"].values()
    if isinstance(entry.get("csv"), str)
]
JUNK = [
    *(None, "", 0, -1, 1e308, float("inf"), float("nan"), True, [], {}, "x", ":", "*", [1], [None], {"a": 1}),
    *("t:*:*", "text:n", "O.50", "3..47", "***", "ns", ".", ",", "<", "1e999", "½", "²", "a:b", "a/b", "a,b"),
    *(2020, "\0", "row,b\n", "group,row,n\n", "row,b,std_error,t,p\nx,0,0,0,0\n", "<.001", "0.0001", "-0"),
    *("1e-400", "%", "100%", "(0.5)", "99999999999999999999", "1,234,567", {"minimum": 1}, "{0}", "{place}"),
]
LETTERS = st.sampled_from([*'0123456789.,-:/*;|"\n<>%OlS e{}()', "", "ё", "β", "−"])


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


@st.composite
def papers(draw: st.DrawFn, among: list[Any]) -> Any:
    """One of some papers with one to three of its keys, values or letters changed."""
    paper = copy.deepcopy(draw(st.sampled_from(among)))
    for _ in range(draw(st.integers(1, 3))):
        places = [path for path in paths(paper) if path]
        if not places:
            break
        path = draw(st.sampled_from(places))
        parent, value = at(paper, path[:-1]), at(paper, path)
        change = draw(st.sampled_from(["letter", "letter", "junk", "drop", "copy"]))
        if change == "letter" and isinstance(value, str) and value:
            i, cut = draw(st.integers(0, len(value) - 1)), draw(st.integers(0, 1))
            parent[path[-1]] = value[:i] + draw(LETTERS) + value[i + cut :]
        elif change == "drop":
            parent.pop(path[-1])
        elif change == "copy" and isinstance(parent, dict):
            key = draw(st.sampled_from([*map(str, parent), "foo", "table", "of", "n", "is", "columns"]))
            parent[key] = copy.deepcopy(value)
        else:
            parent[path[-1]] = copy.deepcopy(draw(st.sampled_from(JUNK)))
    return paper


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    for file in (HERE / "cases").glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(paper=papers(PAPERS), language=st.sampled_from(LANGUAGES))
def test_a_changed_paper_is_audited_or_told_what_is_wrong(folder: Path, paper: Any, language: str) -> None:
    file = folder / "paper.yaml"
    file.write_text(yaml.safe_dump(paper, allow_unicode=True), encoding="utf-8")
    outcome = audited(file, language, with_power=False)
    assert outcome.problem is None or str(outcome.problem)
    assert "None" not in {line.place for line in outcome.lines}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(paper=papers([BUNDLED]))
def test_the_bundled_paper_changed_is_audited_or_told_what_is_wrong(folder: Path, paper: Any) -> None:
    file = folder / "bundled.yaml"
    file.write_text(yaml.safe_dump(paper, allow_unicode=True), encoding="utf-8")
    outcome = audited(file, "en", with_power=False)
    assert outcome.problem is None or str(outcome.problem)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    table=st.sampled_from(TABLES),
    content=st.one_of(
        st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "ignore"))
    ),
    at_=st.floats(0, 1),
)
def test_any_bytes_in_a_table_are_read_or_told(folder: Path, table: str, content: bytes, at_: float) -> None:
    where = int(at_ * len(table))
    (folder / "t.csv").write_bytes(table[:where].encode() + content + table[where:].encode())
    relations = [{"kind": "regression", "coefficients": "t"}, {"kind": "loadings", "table": "t"}]
    relations += [{"kind": kind, "table": "t"} for kind in ("descriptives", "frequencies", "adequacy")]
    paper = {"objects": {"t": {"file": "t.csv"}}, "relations": relations, "n": 300}
    paper["claims"] = [{"kind": "normality", "table": "t"}]
    file = folder / "paper.yaml"
    file.write_text(yaml.safe_dump(paper), encoding="utf-8")
    outcome = audited(file, "en", with_power=True)
    assert outcome.lines or outcome.problem is not None


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    content=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore"))
    )
)
def test_any_bytes_as_a_paper_are_told(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    assert audited(file, "en").problem is not None
