"""docs/glossary.md says what the glossaries say."""

from tests.docs.glossary import PAGE, page
from tests.report.words.glossary import terms


def test_the_page_is_what_the_command_writes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(), "run python -m tests.docs.glossary"
    assert len(text.splitlines()) == 8 + len(terms("en"))
    assert "\n| sample | выборка | іріктеме |\n" in text
