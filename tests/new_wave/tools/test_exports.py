"""What survey tools export leads to a study: constructs, the reversed item asked about, nobody named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, REVERSED, SENTENCES
from tests.new_wave.tools.exports import EXPORTS, Export


def spoken(column: str, label: str) -> str:
    """Which of the eleven items a column is."""
    for sentences in SENTENCES.values():
        for item, sentence in zip(ITEMS, sentences, strict=True):
            flat = " ".join(sentence.split()).replace("'", "’")
            if flat[:45] in f"{column} {label}".replace("'", "’"):
                return item
    return re.split("[/-]", column)[-1]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_an_export_leads_to_a_study(export: Export, tmp_path: Path) -> None:
    path = tmp_path / export.name
    path.write_bytes(export.make())
    folder = tmp_path / "wave"
    draft = start_new_wave(folder, path)
    config, codebook = read_config(folder / "config.yaml"), read_codebook(folder / "codebook.yaml")

    columns = codebook.columns()
    blocks = [
        tuple(spoken(columns[name], str(codebook.items[name].label)) for name in codebook.items_of(construct))
        for construct in codebook.constructs
    ]
    if export.by_order:
        assert [len(block) for block in blocks] == [4, 4, 3]
    else:
        assert blocks == list(BLOCKS.values())
    assert sorted({codebook.scale_of(name).maximum for name in codebook.items}) == list(export.points)
    assert len(codebook.multiple_choice) == export.choices
    for question in codebook.multiple_choice.values():
        assert len(question.labels) == 3
    for column in export.personal:
        assert column not in {*columns.values(), *codebook.choice_columns(), config.data.respondent}
        assert any(
            column in line and ("personal" in line or "addresses" in line) for line in draft.guesses
        ), column
        assert f"#   {column}: " in (folder / "codebook.yaml").read_text(encoding="utf-8").replace("'", "")

    assert sorted(map(str, config.data.missing_codes)) == sorted(map(str, export.missing))

    checked = check_study(folder)
    reversed_item = list(codebook.items)[ITEMS.index(REVERSED)]
    assert [w for w in checked.warnings if w.found.startswith(f"{reversed_item} runs against ")]
    kept = int(checked.summary[2].split("keep ")[1].split(".")[0])
    assert kept > 0.7 * 240
