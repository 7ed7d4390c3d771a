"""Draft the folder of another paper from its document, for the audit to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from smartcity_survey.audit.checks import PLANS
from smartcity_survey.audit.options import options_of
from smartcity_survey.audit.paper import read_paper
from smartcity_survey.cell_text import csv_of_texts
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_text
from smartcity_survey.new_paper.document import Document, with_captions
from smartcity_survey.new_paper.draft import PaperDraft, content, draft_paper, references
from smartcity_survey.new_paper.grid import rows_of
from smartcity_survey.new_paper.said import guesses, to_do

_HEADS = {
    "paper.yaml": (
        "# Drafted by `smartcity-survey new-paper` from the document itself. Numbers are text, as printed.\n"
        "# Keys are described in data/published/README.md of the project and in docs/audit-a-paper.md.\n"
    ),
    "relations.yaml": (
        "# What must hold between numbers by arithmetic: an entry for each table whose headers say what it\n"
        "# is, and one for each test in the running text. Take out what is no claim of the paper.\n"
    ),
    "claims.yaml": (
        "# What the text says about its numbers, with the sentence. Only bounds on whole columns were\n"
        "# looked for: add what else it says, and `bears_on: [H1]` for what falls with it.\n"
    ),
}


@dataclass(frozen=True, slots=True)
class Started:
    """What was guessed, and what is to be done: a sentence each."""

    guesses: tuple[str, ...]
    to_do: tuple[str, ...]


def start_new_paper(folder: Path, document: Path) -> Started:
    """Draft a paper's folder: `paper.yaml`, a CSV file for each table, `text.csv`, relations and claims.

    Entries that the audit cannot use are left out and told; what is written, `audit` reads.

    Raises
    ------
    SurveyError
        where the document cannot be read, or the folder holds a paper already. Nothing is written then.
    """
    if (folder / "paper.yaml").exists():
        raise SurveyError(
            str(folder / "paper.yaml"), "it exists already.", "Choose a new folder, or delete it first."
        )
    if folder.exists() and not folder.is_dir():
        raise SurveyError(str(folder), "it is a file.", "Choose a new folder.")
    draft = draft_paper(with_captions(read_document(document)), document.stem)
    _write(draft, folder)
    if draft.tables or draft.running.numbers:
        _leave_out_unusable(draft, folder)
    return Started(tuple(guesses(draft)), tuple(to_do(draft)))


def read_document(file: Path) -> Document:
    """Paragraphs and tables of a document, by the ending of its name.

    Raises
    ------
    SurveyError
        where there is no such file, or it is of a kind that is not read.
    """
    if not file.is_file():
        raise SurveyError(str(file), "no such file.", "Check the path behind `--from`.")
    ending = file.suffix.lower()
    if ending == ".docx":
        from smartcity_survey.new_paper.word import read_word

        return read_word(file)
    if ending in {".html", ".htm", ".xhtml"}:
        from smartcity_survey.new_paper.web import read_web

        return read_web(file)
    if ending in {".xlsx", ".xlsm", ".xls", ".ods"}:
        from smartcity_survey.new_paper.workbook import read_workbook

        return read_workbook(file)
    if ending == ".pdf":
        from smartcity_survey.new_paper.pdf import read_pdf

        return read_pdf(file)
    if ending == ".spv":
        from smartcity_survey.new_paper.spv import read_spv

        return read_spv(file)
    raise SurveyError(
        str(file),
        f"documents ending in {ending or 'nothing'} are not read.",
        "Save it as .docx, .html, .xlsx, .pdf or .spv.",
    )


def _write(draft: PaperDraft, folder: Path) -> None:
    files = {}
    if draft.running.numbers:
        files["text"] = "text.csv"
        write_text(csv_of_texts(_text_rows(draft)), folder / "text.csv")
    for name, entries in (("relations", draft.relations), ("claims", draft.claims)):
        if entries:
            files[name] = f"{name}.yaml"
            write_text(_HEADS[f"{name}.yaml"] + _entries(entries), folder / f"{name}.yaml")
        else:
            (folder / f"{name}.yaml").unlink(missing_ok=True)
    for table in draft.tables:
        write_text(csv_of_texts(rows_of(table)), folder / f"{table.id}.csv")
    paper = content(draft)
    if files:
        paper["files"] = files
    if found := references(draft):
        paper["references"] = [dict(entry) for entry in found]
    text = yaml.safe_dump(paper, allow_unicode=True, sort_keys=False, width=110)
    write_text(_HEADS["paper.yaml"] + text, folder / "paper.yaml")


def _entries(entries: Sequence[Mapping[str, Any]]) -> str:
    """One entry a paragraph, its keys a line each."""
    texts = [
        yaml.safe_dump([dict(entry)], allow_unicode=True, sort_keys=False, width=1000) for entry in entries
    ]
    return "\n" + "\n".join(texts)


def _text_rows(draft: PaperDraft) -> Iterator[list[str]]:
    yield ["row", "place", "printed", "same_as", "says", "note"]
    for said in draft.running.numbers:
        yield [said.row, said.place, said.printed, said.same_as, said.says, f"“{said.quote}”"]


def _leave_out_unusable(draft: PaperDraft, folder: Path) -> None:
    """Take out relations and claims that the audit refuses, with its reason."""
    paper = read_paper(folder)
    refused = len(draft.refused)
    for entries in (draft.relations, draft.claims):
        for entry in list(entries):
            try:
                list(PLANS[entry["kind"]](paper, "", **options_of(entry, PLANS[entry["kind"]], "")))
            except SurveyError as error:
                entries.remove(entry)
                problem = error.problems[0]
                draft.refused.append((entry, f"{problem.found} {problem.remedy}"))
    if len(draft.refused) > refused:
        _write(draft, folder)
