"""A paper's folder is drafted from its document, the same from every form of it, and the audit reads it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from smartcity_survey import audit
from smartcity_survey.cli import app
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper import start_new_paper
from tests.new_paper import article

HERE = Path(__file__).parent
FORMS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "word": ("paper.docx", article.as_word),
    "archive": ("paper.html", article.as_archive_page),
    "publisher": ("page.htm", article.as_publisher_page),
    "pdf": ("paper.pdf", article.as_pdf),
    "two columns": ("paper2.pdf", partial(article.as_pdf, columns=2)),
    "workbook": ("paper.xlsx", article.as_workbook),
}


@pytest.fixture(scope="module", params=FORMS)
def drafted(request, tmp_path_factory):
    """The folder that is drafted from one form of the article, and what is said."""
    name, write = FORMS[request.param]
    place = tmp_path_factory.mktemp(request.param.replace(" ", "_"))
    write(place / name)
    started = start_new_paper(place / "folder", place / name)
    return request.param, place / "folder", started


def read(folder: Path, name: str):
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def test_tables_are_found_with_captions_and_numbers_as_printed(drafted):
    form, folder, _ = drafted
    objects = read(folder, "paper.yaml")["objects"]
    assert [(entry["number"], entry["caption"].rstrip(".")) for entry in objects.values()] == [
        (number, caption) for number, (caption, _) in enumerate(article.TABLES, start=1)
    ]
    for name, expected in article.EXPECTED.items():
        # A workbook keeps numbers as numbers, whose minus is a hyphen.
        wanted = expected.replace("–", "-") if form == "workbook" else expected
        assert (folder / name).read_text(encoding="utf-8") == wanted, name
    lines = (folder / "table_02.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "group,row,loading,ave,cr"
    assert [line.split(",")[:3] for line in lines[1:]] == [list(row[:3]) for row in article.MEASUREMENT[1:]]
    assert [line.split(",")[3] for line in lines[1:] if line.split(",")[1] in {"ATT1", "BI1", "PU1"}] == [
        "0.878", "0.578", "0.687",
    ]  # fmt: skip


def test_each_table_gets_the_relation_that_checks_it(drafted):
    _, folder, started = drafted
    relations = read(folder, "relations.yaml")
    assert [entry["kind"] for entry in relations] == [
        "frequencies", "measurement", "regression", "correlations", "test",
    ]  # fmt: skip
    for number, kind in enumerate(("frequencies", "measurement", "regression", "correlations"), start=1):
        said = [line for line in started.guesses if line.startswith(f"table_0{number} ")]
        assert len(said) == 1
        assert f"`{kind}`" in said[0]


def test_the_running_text_gives_numbers_repeats_tests_claims_and_references(drafted):
    _, folder, started = drafted
    paper, text = read(folder, "paper.yaml"), (folder / "text.csv").read_text(encoding="utf-8")
    assert paper["n"] == "text:n_1"
    assert "9999" not in text
    rows = {line.split(",")[0]: line for line in text.splitlines()}
    assert ",300,," in rows["n_1"]
    assert ",52.0%,table_01:Women:percent," in rows["percent_1"]
    assert ",0.17,table_03:Appraisal:beta," in rows["beta_1"]
    test = read(folder, "relations.yaml")[-1]
    assert (test["f"], test["df1"], test["df2"], test["p"]) == ("text:f_1", 2.0, 297.0, "text:p_1")
    assert "F(2, 297) = 4.10" in test["says"]
    (claim,) = read(folder, "claims.yaml")
    assert (claim["kind"], claim["of"], claim["above"]) == ("every", "table_02:*:loading", 0.50)
    assert claim["says"].startswith("All factor loadings")
    assert {1, 2, 3} <= {entry["number"] for entry in paper["references"]}
    assert any(line.startswith("n is 300") for line in started.guesses)
    assert any(line.startswith("Compare every table") for line in started.to_do)


def test_the_audit_reads_the_draft_and_finds_what_is_wrong_in_it(drafted):
    _, folder, _ = drafted
    findings = audit.run(folder)
    wrong = findings[findings["consistent"].eq(False).fillna(False)]
    assert len(wrong)
    assert wrong.place.str.contains("Table 2, Intention").all()
    assert wrong.explanation.str.contains("0.549 is meant, 0.649 is printed").any()


def test_the_command_says_what_it_guessed_in_the_language_asked_for(tmp_path):
    article.as_word(tmp_path / "paper.docx")
    arguments = ["new-paper", str(tmp_path / "a"), "--from", str(tmp_path / "paper.docx")]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0
    assert said.output.startswith("Guessed:\n  - table_01 (Table 1, after paragraph")
    assert "To look at or decide:\n" in said.output
    assert said.output.strip().endswith("a")
    for language, heading in (("ru", "Предположено:"), ("kk", "Болжанғаны:")):
        arguments[1] = str(tmp_path / language)
        spoken = CliRunner().invoke(app, ["--language", language, *arguments]).output
        assert spoken.startswith(heading)
        assert "Compare" not in spoken
        assert "is checked" not in spoken


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("paper.spv", "output file"),
        ("paper.doc", "documents ending in .doc"),
        ("paper", "documents ending in nothing"),
        ("paper.docx", "no Word document"),
        ("paper.xlsx", "no workbook"),
        ("paper.ods", "no workbook"),
        ("paper.pdf", "no PDF"),
    ],
)
def test_what_is_not_read_is_said_and_nothing_is_written(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(SurveyError, match=said):
        start_new_paper(tmp_path / "folder", tmp_path / name)
    assert not (tmp_path / "folder").exists()


def test_a_folder_that_holds_a_paper_is_left_alone(tmp_path):
    article.as_archive_page(tmp_path / "paper.html")
    start_new_paper(tmp_path / "folder", tmp_path / "paper.html")
    with pytest.raises(SurveyError, match="exists already"):
        start_new_paper(tmp_path / "folder", tmp_path / "paper.html")


def test_a_document_without_tables_is_told(tmp_path):
    text = "<p>We asked 20 students. They differed, t(18) = 2.31, p = .33.</p>"
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    started = start_new_paper(tmp_path / "folder", tmp_path / "a.html")
    assert started.to_do[0].startswith("No table with numbers was found")
    # The running text is audited all the same.
    findings = audit.run(tmp_path / "folder")
    assert list(findings.check[findings.severity == "changes_a_conclusion"]) == ["p_of_t_test"]


def test_a_number_that_its_table_does_not_print_is_told(tmp_path):
    page = (
        "<p>Trust mattered (β = 0.71, see Table 1).</p><p>Table 1. Coefficients</p><table><tr><th></th>"
        "<th>B</th><th>SE</th><th>Beta</th><th>t</th></tr><tr><td>Trust</td><td>0.50</td><td>0.10</td><td>0.17</td>"
        "<td>5.00</td></tr></table>"
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    started = start_new_paper(tmp_path / "folder", tmp_path / "a.html")
    assert any("gives 0.71 and refers to Table 1" in line for line in started.to_do)


@pytest.mark.parametrize("seed", range(25))
def test_broken_pages_are_drafted_or_refused_without_a_traceback(tmp_path, seed):
    """The page with pieces cut out, doubled and swapped."""
    article.as_archive_page(tmp_path / "whole.html")
    page = (tmp_path / "whole.html").read_text(encoding="utf-8")
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 30)):
        i, j = sorted(rng.randrange(len(page)) for _ in range(2))
        j = min(j, i + 60)
        page = rng.choice(
            [page[:i] + page[j:], page[:j] + page[i:], page[:i] + rng.choice(";:,*/[]<>|") + page[j:]]
        )
    (tmp_path / "broken.html").write_text(page, encoding="utf-8")
    try:
        started = start_new_paper(tmp_path / "folder", tmp_path / "broken.html")
    except SurveyError as error:
        told = [str(problem) for problem in error.problems]
    else:
        told = list(started.to_do)
        if read(tmp_path / "folder", "paper.yaml")["objects"]:
            assert len(audit.run(tmp_path / "folder"))
    assert all(told)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(6))
def test_damaged_files_are_drafted_or_refused_without_a_traceback(tmp_path, form, seed):
    """A file cut short, or with bytes changed."""
    name, write = FORMS[form]
    write(tmp_path / name)
    content = bytearray((tmp_path / name).read_bytes())
    rng = random.Random(seed)
    if seed % 2:
        content = content[: rng.randrange(1, len(content))]
    for _ in range(0 if seed % 2 else 40):
        content[rng.randrange(len(content))] = rng.randrange(256)
    (tmp_path / name).write_bytes(bytes(content))
    try:
        told = list(start_new_paper(tmp_path / "folder", tmp_path / name).to_do)
    except SurveyError as error:
        told = [str(problem) for problem in error.problems]
    assert all(told)


def _converter(folder, monkeypatch, body):
    """A program called `pspp-output`, alone on the path."""
    program = folder / "bin" / "pspp-output"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin" if body else str(folder / "nowhere"))


PAGE = (
    "<table><caption>Coefficients</caption><tr><th></th><th>B</th><th>Std. Error</th><th>t</th></tr>"
    "<tr><th>use</th><td>0.50</td><td>0.10</td><td>5.00</td></tr></table>"
)


def test_output_of_spss_is_read_through_the_converter_of_pspp(tmp_path, monkeypatch):
    """Called as `pspp-output convert SOURCE PAGE.html`."""
    _converter(tmp_path, monkeypatch, f'test "$1" = convert && test -f "$2" && echo \'{PAGE}\' > "$3"')
    (tmp_path / "a.spv").write_bytes(b"anything")
    started = start_new_paper(tmp_path / "folder", tmp_path / "a.spv")
    assert "is checked as `regression`" in started.guesses[0]
    assert (tmp_path / "folder/table_without_number.csv").read_text("utf-8").splitlines()[
        1
    ] == "use,0.50,0.10,5.00"


@pytest.mark.parametrize("body", ["exit 1", "exit 0", "echo nonsense >&2; exit 2"])
def test_output_that_the_converter_cannot_read_is_told(tmp_path, monkeypatch, body):
    _converter(tmp_path, monkeypatch, body)
    (tmp_path / "a.spv").write_bytes(b"nothing of the kind")
    with pytest.raises(SurveyError, match="PSPP cannot read it"):
        start_new_paper(tmp_path / "folder", tmp_path / "a.spv")
    assert not (tmp_path / "folder").exists()


def test_without_the_converter_it_is_said_what_to_install(tmp_path, monkeypatch):
    _converter(tmp_path, monkeypatch, "")
    (tmp_path / "a.spv").write_bytes(b"anything")
    with pytest.raises(SurveyError, match="`pspp-output`, which is not installed") as told:
        start_new_paper(tmp_path / "folder", tmp_path / "a.spv")
    assert "apt install pspp" in str(told.value)


@pytest.mark.skipif(shutil.which("pspp-output") is None, reason="PSPP is not installed")
def test_an_output_file_as_spss_writes_it_is_read_and_checked(tmp_path):
    """`output.spv` is made by PSPP 1.6 of twelve made-up answers: see output.sps.

    PSPP takes p of the constant from 10 degrees of freedom, where the residual has 9: .187, not .190. All
    else it prints agrees.
    """
    start_new_paper(tmp_path / "folder", HERE / "output.spv")
    findings = audit.run(tmp_path / "folder")
    (wrong,) = findings[findings.consistent.eq(False).fillna(False)].itertuples()
    assert (wrong.check, wrong.severity, wrong.printed) == ("p_of_t", "rounding", ".187")
    assert {
        "percent_of_total",
        "percent_of_answers",
        "f_from_mean_squares",
        "tolerance_from_vif",
        "variance_of_sd",
        "sum_of_answers",
    } <= set(findings.check)
