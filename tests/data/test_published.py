"""The bundled paper's printed numbers are entered as the format document says."""

import re

import pytest

from smartcity_survey.audit.address import resolve, resolve_one
from smartcity_survey.audit.paper import TEXT, read_paper
from tests.conftest import REPOSITORY

PUBLISHED = REPOSITORY / "data" / "published"


@pytest.fixture(scope="module")
def paper():
    return read_paper(PUBLISHED / "paper.yaml")


def addresses(entry):
    """Every address in a relation or claim; a selection by other columns may be empty and is left out."""
    if isinstance(entry, str):
        if re.match(r"(text|table_\w+|figure_\w+):", entry) and "[" not in entry:
            yield entry
    elif isinstance(entry, list | dict):
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from addresses(part)


def test_every_cell_outside_text_columns_is_a_number(paper):
    for printed in paper.objects.values():
        words = [
            (printed.id, line, text)
            for (line, column), text in printed.cells.items()
            if column in printed.number_columns and not paper.read(printed.address(line, column)).is_number
        ]
        assert words == []


def test_loadings_are_entered_once_each(paper):
    loadings = paper.objects["table_14"]
    assert len(loadings.lines) == 51
    assert len(loadings.cells) == 48
    blank = {
        line for line in loadings.lines if not any((line, c) in loadings.cells for c in loadings.columns)
    }
    assert blank == {"SG7", "SCR8", "SCR10"}


def test_every_address_leads_to_a_printed_number(paper):
    found = [
        (address, resolve(paper, address, "test"))
        for entry in (*paper.relations, *paper.claims)
        for address in addresses(entry)
    ]
    assert len(found) > 100
    assert [address for address, terms in found if not terms] == []
    text = paper.objects[TEXT]
    for line in text.lines:
        for address in text.cells.get((line, "same_as"), "").split():
            assert isinstance(resolve_one(paper, address, line), str)


def test_every_kind_is_documented(paper):
    table = (PUBLISHED / "README.md").read_text(encoding="utf-8").partition("| kind | keys")[2]
    documented = {
        kind
        for line in table.splitlines()
        if line.startswith("| `")
        for kind in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    used = {entry["kind"] for entry in (*paper.relations, *paper.claims)}
    assert used <= documented


def test_claims_say_where_and_what(paper):
    assert [claim for claim in paper.claims if not (claim.get("place") and claim.get("says"))] == []
