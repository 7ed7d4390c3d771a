"""Further exports as students have them: scales of verbs, second rows of names, mixed code ranges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.messages import translated
from smartcity_survey.new_wave import start_new_wave
from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, N
from tests.new_wave.drafting import SIZES, WHOLE, drafted, file_of
from tests.new_wave.tools.writers import book, codes, rows_of, text

RNG = np.random.default_rng(17)
TRUST_KK = ("мүлдем сенбеймін", "аздап сенемін", "орташа сенемін", "қатты сенемін", "толық сенемін")
OFTEN_KK = ("ешқашан", "сирек", "кейде", "жиі", "әрқашан")


def test_scales_of_kazakh_verbs_run_one_way(tmp_path: Path) -> None:
    columns = {
        f"{k}. {item} туралы не дейсіз?": WHOLE.words(item, TRUST_KK if item in BLOCKS["trust"] else OFTEN_KK)
        for k, item in enumerate(ITEMS, start=1)
    }
    study = drafted(tmp_path, rows_of(dict(columns)))
    scales = {tuple(study.codebook.scale_of(item).answers.values()) for item in study.codebook.items}
    assert scales == {TRUST_KK, OFTEN_KK}
    assert len(study.codebook.items) == len(ITEMS)
    assert study.config.study.language == "kk"
    assert study.kept() == N


def test_a_second_row_of_names_may_have_numbers(tmp_path: Path) -> None:
    names = [f"v{k}" for k in range(1, len(ITEMS) + 2)]
    below = [*(f"Доверяю {k}" for k in range(1, len(ITEMS) + 1)), "Пол"]
    columns = [*(codes(WHOLE, item) for item in ITEMS), [1 + i % 2 for i in range(N)]]
    rows = [names, below, *map(list, zip(*columns, strict=True))]
    study = drafted(tmp_path, text(rows, "\t"), "survey.tsv")
    assert study.config.data.label_row == 2
    assert sorted(study.sizes()) == sorted(SIZES)
    assert {str(item.label) for item in study.codebook.items.values()} == set(below[:-1])
    assert study.kept() == N


def test_a_first_respondent_with_a_unit_is_one(tmp_path: Path) -> None:
    """`25 лет` begins with a number; so does every answer."""
    ages = ["25 лет", *RNG.integers(18, 60, N - 1).tolist()]
    study = drafted(tmp_path, file_of({"Ваш возраст": ages}))
    assert study.kept() == N
    assert study.config.data.label_row is None


def test_a_workbook_with_titles_merged_headings_means_and_money(tmp_path: Path) -> None:
    head = ["№", *(name for block, own in BLOCKS.items() for name in (block, *[None] * (len(own) - 1)))]
    rows: list[list[object]] = [["Результаты опроса"], ["апрель 2025 г."], []]
    rows.append([*head, "Пол (1 - муж, 2 - жен)", "Доход, тг"])
    rows.append([None, *(f"п{k}" for k in range(1, len(ITEMS) + 1)), None, None])
    cells = [codes(WHOLE, item) for item in ITEMS]
    rows += [[i + 1, *(own[i] for own in cells), 1 + i % 2, f"{120 + i % 90}\u00a0000,00"] for i in range(N)]
    rows.append(["Среднее", *(round(float(np.mean(own)), 2) for own in cells), None, None])
    notes: list[list[object]] = [["1 = совсем не согласен"], ["5 = полностью согласен"]]
    study = drafted(tmp_path, book({"Данные": rows, "Пояснения": notes}), "survey.xlsx")
    assert study.sizes() == SIZES
    assert study.kept() == N
    labels = {str(q.label): q for q in study.codebook.demographics.values()}
    assert labels["Пол"].categories == {1: "муж", 2: "жен"}
    assert labels["Доход, тг"].bands[-1].maximum >= 209_000


def test_scales_of_several_ranges_in_one_file_are_parted(tmp_path: Path) -> None:
    """0 to 10, 1 to 7 and 1 to 5, under headers with quotation marks, tabs and line breaks."""
    common = RNG.normal(size=(N, 3))
    columns: dict[str, list[int]] = {}
    for block, (low, high) in enumerate(((0, 10), (1, 7), (1, 5))):
        for k in range(4):
            noise = common[:, block] + RNG.normal(scale=0.6, size=N)
            answers = np.clip(np.round((noise + 2.2) / 4.4 * (high - low) + low), low, high)
            answers[:2] = low, high
            columns[f'{"SEI"[block]}{k + 1}. "Rate"\t{block}\nNo {k}'] = answers.astype(int).tolist()
    study = drafted(tmp_path, text(rows_of(dict(columns)), ";"))
    assert study.sizes() == [4, 4, 4]
    scales = [study.codebook.scale_of(study.codebook.items_of(c)[0]) for c in study.codebook.constructs]
    assert [(scale.minimum, scale.maximum) for scale in scales] == [(0, 10), (1, 7), (1, 5)]


def test_constructs_of_one_code_range_whose_items_alternate_are_parted(tmp_path: Path) -> None:
    order = [item for own in zip(*BLOCKS.values(), strict=False) for item in own]
    order += [item for item in ITEMS if item not in order]
    frame = pd.DataFrame({f"q{k}": codes(WHOLE, item) for k, item in enumerate(order, start=1)})
    study = drafted(tmp_path, bytes(frame.to_parquet()), "survey.parquet")
    found = {
        frozenset(order[int(i[1:]) - 1] for i in study.codebook.items_of(c))
        for c in study.codebook.constructs
    }
    assert found == {frozenset(own) for own in BLOCKS.values()}


def test_a_number_among_words_is_a_slip_and_costs_no_item(tmp_path: Path) -> None:
    columns = {item: list(WHOLE.words(item, TRUST_KK)) for item in ITEMS}
    columns[ITEMS[0]][8] = "6"
    columns[ITEMS[1]][9] = "3.5"
    path = tmp_path / "survey.csv"
    path.write_bytes(text(rows_of(dict(columns))))
    draft = start_new_wave(tmp_path / "wave", path)
    assert len(draft.codebook["items"]) == len(ITEMS)
    told = [line for line in draft.to_do if "neither a number nor a known answer" in line]
    assert [line.split(":")[0] for line in told] == [
        f"column {ITEMS[0]!r}, row 10",
        f"column {ITEMS[1]!r}, row 11",
    ]
    assert all("known answer" not in translated(line, "kk") for line in told)
