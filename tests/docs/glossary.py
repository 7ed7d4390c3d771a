"""Writes docs/glossary.md from the glossaries in `report/locale`: `python -m tests.docs.glossary`."""

from __future__ import annotations

from tests.conftest import REPOSITORY
from tests.report.words.glossary import terms

PAGE = REPOSITORY / "docs/glossary.md"
HEAD = """# Glossary

One term, one word: the terms of the field as report and audit write them in English, Russian and Kazakh.
The words stand in `report/locale/<language>/glossary.yaml`, with what must not stand in their place;
a test reads every text of the three languages. This page is made by `python -m tests.docs.glossary`.

| English | Русский | Қазақша |
| --- | --- | --- |
"""


def page() -> str:
    """The page: every term in the order of its English word."""
    english, russian, kazakh = terms("en"), terms("ru"), terms("kk")
    words = sorted(((english[name].word, name) for name in english), key=lambda each: each[0].lower())
    return HEAD + "".join(
        f"| {word} | {russian[name].word} | {kazakh[name].word} |\n" for word, name in words
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
