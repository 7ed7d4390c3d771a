"""`smartcity-survey audit`: exit codes, forms, folders of papers, languages."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

from smartcity_survey.audit.messages import read_locale
from smartcity_survey.cli import app
from tests.audit.papers_in_memory import written

HERE = Path(__file__).parent
CASES, LIBRARY = HERE / "cases", HERE / "papers/library.yaml"


def run(*arguments: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["audit", *map(str, arguments), "--no-power"])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([CASES / "neg.yaml"], 0),
        ([CASES / "multi.yaml"], 0),
        ([CASES / "trunc.yaml", "--strict"], 0),
        ([CASES / "dup.yaml"], 1),
        ([CASES / "dup.yaml", "--fail-on", "inconsistent"], 1),
        ([CASES / "dup.yaml", "--fail-on", "changes_a_conclusion"], 0),
        ([CASES / "dup.yaml", "--fail-on", "never"], 0),
        ([CASES / "f2_PMC8359917.yaml", "--fail-on", "typo"], 1),
        ([CASES / "f2_PMC8359917.yaml", "--fail-on", "inconsistent"], 0),
        ([LIBRARY, "--fail-on", "changes_a_conclusion"], 1),
        ([CASES / "unread.yaml", "--fail-on", "never"], 0),
        ([CASES / "unread.yaml", "--fail-on", "never", "--strict"], 2),
        ([CASES / "repeats_typo.yaml", "--strict"], 2),
        ([CASES / "semi.csv"], 2),
        ([HERE / "nothing.yaml"], 2),
        ([HERE / "__pycache__"], 2),
        ([CASES], 1),
        ([CASES, "--strict"], 2),
    ],
)
def test_exit_codes(arguments: list[object], code: int) -> None:
    assert run(*arguments)[0] == code


def test_a_last_digit_fails_unless_graver_findings_are_asked_for(tmp_path: Path) -> None:
    csv_text = "row,b,std_error,t\nx,0.640,0.122,5.21\n"
    relation = {"kind": "regression", "coefficients": "t"}
    paper = written(tmp_path, objects={"t": {"csv": csv_text}}, relations=[relation], rounding="nearest")
    assert [run(paper, "--fail-on", one)[0] for one in ("rounding", "typo")] == [1, 0]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_console_speaks_the_language_asked_for(language: str) -> None:
    words = read_locale(language)
    said = run(LIBRARY, "--language", language)[1]
    for key in ("arithmetic", "claims", "notes"):
        assert f"{words['page'][key]}:" in said
    assert f"[{words['severities']['changes_a_conclusion']}]" in said
    numbers = words["page"]["covered"].format(checked=79, numbers=79, left=0)
    assert numbers.split(":")[0].split("79")[0] in said


def test_a_folder_of_papers_is_one_run_with_one_summary(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, title=name, objects={"t": {"number": 1, "csv": "row,v\nx,1\n"}})
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/paper.yaml").write_text("objects: [", encoding="utf-8")
    (tmp_path / "notes.yaml").write_text("- not a paper\n", encoding="utf-8")
    code, said = run(tmp_path)
    assert code == 2
    assert "3 papers: 2 consistent, 1 cannot be read" in said
    assert said.count("==") == 3
    # In every form, in the reader's language, the paper that cannot be read is named with the reason.
    rows = list(csv.DictReader(io.StringIO(run(tmp_path, "--format", "csv")[1])))
    (broken,) = [row for row in rows if row["check"] == "readable"]
    assert broken["paper"].endswith("broken")
    assert broken["severity"] == "unread"
    assert "not valid yaml" in broken["explanation"]
    for form in ("json", "html", "csv"):
        spoken = run(tmp_path, "--format", form, "--language", "ru")[1]
        assert "yaml" in spoken
        assert "it is no valid" not in spoken


def test_a_paper_without_relations_is_not_called_consistent(tmp_path: Path) -> None:
    paper = written(tmp_path, objects={"t": {"csv": "row,v\nx,1\n"}})
    code, said = run(paper)
    assert (code, "Nothing was checked" in said, "No contradiction" in said) == (0, True, False)
    assert run(paper, "--strict")[0] == 2


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    assert run(tmp_path) == (
        2,
        f"{tmp_path}: there is no paper in this folder. Give a paper.yaml, or folders of them.\n",
    )


def test_json_has_findings_and_coverage() -> None:
    (paper,) = json.loads(run(LIBRARY, "--format", "json")[1])
    assert {"arithmetic", "claim"} == {one["basis"] for one in paper["findings"]}
    assert sum(one["consistent"] is False for one in paper["findings"]) == 8
    assert {one["object"] for one in paper["coverage"]} == {
        "table_1",
        "table_2",
        "table_3",
        "table_4",
        "text",
    }
    (broken,) = json.loads(run(HERE / "nothing.yaml", "--format", "json")[1])
    assert "there is no such file" in broken["problem"]


def test_csv_has_a_line_per_check() -> None:
    rows = list(csv.DictReader(io.StringIO(run(LIBRARY, "--format", "csv")[1])))
    assert len(rows) > 60
    assert sum(row["consistent"] == "False" for row in rows) == 8


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("form", ["html", "docx", "json", "csv"])
def test_a_file_that_can_be_sent(form: str, language: str, tmp_path: Path) -> None:
    output = tmp_path / f"new/audit.{form}"
    assert run(LIBRARY, "--output", output, "--language", language)[0] == 1
    page = read_locale(language)["page"]
    if form == "docx":
        document = docx.Document(str(output))
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert page["claims"] in text
        assert any("0,43" in cell for cell in cells)
    elif form == "html":
        text = output.read_text(encoding="utf-8")
        assert text.startswith(f'<!doctype html>\n<html lang="{language}">')
        for key in ("title", "arithmetic", "claims", "claims_about", "notes", "coverage"):
            assert page[key] in text
        assert "http" not in text
    else:
        assert output.read_text(encoding="utf-8")


def test_markup_of_a_paper_is_text_on_the_page(tmp_path: Path) -> None:
    paper = written(tmp_path, title="<script>x</script>", objects={"t": {"csv": "row,v\n<b>,1\n"}})
    said = run(paper, "--format", "html")[1]
    assert "<script>" not in said
    assert "&lt;script&gt;" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "docx"], "Give --output FILE.docx."),
        (["--output", "x.pdf"], "Name it .csv, .json, .html or .docx."),
    ],
)
def test_a_form_that_cannot_be_written_is_said(arguments: list[str], said: str) -> None:
    code, output = run(CASES / "neg.yaml", *arguments)
    assert (code, said in output) == (2, True)


@pytest.mark.parametrize("form", ["csv", "docx"])
def test_no_pipe_and_no_device_is_written_over(form: str, tmp_path: Path) -> None:
    pipe = tmp_path / f"out.{form}"
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/null")):
        code, output = run(CASES / "neg.yaml", "--output", place, "--format", form)
        assert (code, "it is no file but a device or a pipe." in output) == (2, True)
        assert place.exists()
        assert not place.is_file()


def test_why_a_file_cannot_be_written_is_said_in_the_language(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    for language, words in (("en", "it is a folder"), ("ru", "это папка"), ("kk", "бұл қалта")):
        code, output = run(CASES / "neg.yaml", "--output", tmp_path / "out.csv", "--language", language)
        assert (code, words in output) == (2, True)


def test_how_many_wrong_digits_would_be_noticed_is_said() -> None:
    said = CliRunner().invoke(app, ["audit", str(LIBRARY)]).output
    assert "Of wrong digits that change a number by a hundredth or more, 8" in said
    assert "  Table 4: 6 of 6 checked; 78% of wrong digits noticed\n" in said


def test_the_audit_needs_no_stage_no_workflow_and_no_study() -> None:
    code = (
        "import sys; from smartcity_survey.audit.command import audit_papers; from pathlib import Path\n"
        f"audit_papers(Path({str(LIBRARY)!r}), 'en', output=None, form='text', fail_on='typo', strict=False,"
        " power=False, say=lambda line: None, problem_in=str)\n"
        "print(sorted(name for name in sys.modules if name.startswith('smartcity_survey.')"
        " and name.split('.')[1] in {'stages', 'workflow', 'report', 'data', 'check', 'new_wave'}"
        " or name == 'snakemake'))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
