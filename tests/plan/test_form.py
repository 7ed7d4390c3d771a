"""The form itself: languages, wordings, what is told, the paper, and what no form can be made of."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import numpy as np
import pytest
import yaml
from pyxform.xls2xform import convert
from typer.testing import CliRunner

from smartcity_survey.cli import app
from smartcity_survey.data.read.survey import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.plan.form import CODEBOOK, FORM, write_questionnaire
from smartcity_survey.plan.names import FormNames
from smartcity_survey.plan.questionnaire import questionnaire_of
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import read_config
from tests.conftest import REPOSITORY
from tests.plan.exports import answered, fields, kobo, rows
from tests.plan.studies import AWKWARD, CONFIG, EVERY_KIND, NAMED_BY_TOOLS, write_study

BUNDLED = REPOSITORY / "data/codebook.yaml"


def made(folder: Path, codebook: str = EVERY_KIND, config: str = CONFIG) -> tuple[str, ...]:
    return write_questionnaire(write_study(folder, codebook, config), folder).said


def texts(path: Path) -> list[str]:
    """Everything a Word file says, tables by row."""
    document = docx.Document(str(path))
    said = [paragraph.text for paragraph in document.paragraphs]
    return said + [
        " | ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows
    ]


def test_labels_stand_in_every_language_and_wordings_before_labels(tmp_path: Path) -> None:
    made(tmp_path)
    survey = {row["name"]: row for row in rows(tmp_path / FORM, "survey") if row["name"]}
    assert survey["T2"]["label::Kazakh (kk)"] == "Екі"
    assert survey["T2"]["label::Russian (ru)"] == "Два"
    assert survey["T1"]["label::Russian (ru)"] == "Я доверяю."
    # Neither a formula nor a reference to a question.
    assert survey["T1"]["label::English (en)"] == "I trust it, $ {fully}."
    assert survey["trust"]["type"] == "begin_group"
    assert survey["born_ago"]["constraint"] == ". >= 18 and . <= 90"
    assert survey["since"]["constraint"] == ". >= date('2020-01-01') and . <= date('2026-06-30')"
    settings = rows(tmp_path / FORM, "settings")[0]
    assert settings["default_language"] == "English (en)"
    assert settings["form_title"] == "Trust & use"


def test_a_scale_is_one_list_and_its_codes_are_names(tmp_path: Path) -> None:
    made(tmp_path)
    choices = rows(tmp_path / FORM, "choices")
    scale = [row for row in choices if row["list_name"] == "scale_1"]
    assert [row["name"] for row in scale] == ["1", "2", "3", "4", "5"]
    assert [row["label::Kazakh (kk)"] for row in scale] == ["Ешқашан", "2", "3", "4", "Әрқашан"]
    types = {row["name"]: row["type"] for row in rows(tmp_path / FORM, "survey")}
    assert types["T1"] == types["T2"] == "select_one scale_1"
    assert (types["U1"], types["U2"]) == ("integer", "decimal")


def test_the_version_changes_with_the_questions_alone(tmp_path: Path) -> None:
    made(tmp_path / "a")
    made(tmp_path / "b")
    made(tmp_path / "c", EVERY_KIND.replace("Сенемін.", "Сенбеймін."))
    first, same, other = (rows(tmp_path / one / FORM, "settings")[0]["version"] for one in "abc")
    assert first == same != other
    for name in (FORM, "questionnaire.kk.docx"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_names_of_the_tools_and_names_alike_become_others_in_the_codebook_too(tmp_path: Path) -> None:
    said = made(tmp_path, NAMED_BY_TOOLS)
    heads = read_codebook(tmp_path / CODEBOOK).columns()
    changed = {name: head for name, head in heads.items() if head != name}
    assert set(changed) == {"meta", "start", "KEY", "instanceID", "_uuid", "Q1", "h/T1"}
    assert len({head.rpartition("/")[2].casefold() for head in heads.values()}) == len(heads)
    assert any("items.KEY" in one and "codebook_of_form.yaml" in one for one in said)


def test_a_cluster_that_the_codebook_asks_for_is_asked_once(tmp_path: Path) -> None:
    config = CONFIG.replace("respondent: respondent", "respondent: gender_id, cluster: gender")
    made(tmp_path, EVERY_KIND, config)
    names = [row["name"] for row in rows(tmp_path / FORM, "survey")]
    assert names.count("gender") == 1
    assert convert(str(tmp_path / FORM)).warnings == []


def test_neither_question_nor_group_has_the_name_of_cluster_or_identifier(tmp_path: Path) -> None:
    config = CONFIG.replace("respondent: respondent", "respondent: use, cluster: Trust")
    made(tmp_path, EVERY_KIND, config)
    assert convert(str(tmp_path / FORM)).warnings == []
    names = [row["name"].casefold() for row in rows(tmp_path / FORM, "survey") if row["name"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Strongly agree"), ("ru", "Полностью согласен"), ("kk", "Толық келісемін")]
)
def test_the_paper_asks_every_question_once(tmp_path: Path, language: str, said: str) -> None:
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    (folder / "config.yaml").write_text(
        (REPOSITORY / "config.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (folder / "data/codebook.yaml").write_text(BUNDLED.read_text(encoding="utf-8"), encoding="utf-8")
    write_questionnaire(folder, tmp_path)
    codebook = read_codebook(BUNDLED)
    found = texts(tmp_path / f"questionnaire.{language}.docx")
    asked = [line for line in found if line.endswith(" | ☐" * 5)]
    assert [line.split(" | ")[1] for line in asked] == [
        item.label[language] for item in codebook.items.values()
    ]
    assert [line.split(" | ")[0] for line in asked] == [str(n) for n in range(1, 52)]
    assert any(said in line for line in found)
    for n, question in enumerate(codebook.demographics.values(), start=52):
        assert found.count(f"{n}. {question.label[language]}") == 1
        for label in question.categories.values():
            assert any(f"☐ {label[language]}" in line.replace("\u00a0", " ") for line in found)
    # Whoever enters the answers finds every column.
    key = "\n".join(found)
    assert all(column in key for column in codebook.columns().values())


def test_the_paper_has_questions_of_every_kind(tmp_path: Path) -> None:
    made(tmp_path)
    found = texts(tmp_path / "questionnaire.ru.docx")
    assert any("(от 18 до 90)" in line for line in found)
    assert any(line.startswith("9. С какого времени") for line in found)
    assert any("Услуги (можно выбрать несколько ответов)" in line for line in found)
    assert any("egov = eGov; bus_card = Автобус; other = Другое" in line for line in found)
    assert any("services" in line for line in found)


def test_a_language_that_lacks_a_word_has_no_questionnaire(tmp_path: Path) -> None:
    said = made(tmp_path, EVERY_KIND.replace(", kk: Екі", ""))
    assert any("There is no questionnaire in `kk`: codebook.yaml, items.T2" in one for one in said)
    assert not (tmp_path / "questionnaire.kk.docx").exists()
    assert (tmp_path / "questionnaire.ru.docx").exists()
    # One that an earlier codebook left is removed.
    made(tmp_path)
    assert (tmp_path / "questionnaire.kk.docx").exists()
    made(tmp_path, EVERY_KIND.replace(", kk: Екі", ""))
    assert not (tmp_path / "questionnaire.kk.docx").exists()


def test_no_language_with_all_words_is_refused(tmp_path: Path) -> None:
    codebook = EVERY_KIND.replace(", kk: Екі, ru: Два", "").replace("en: Three, ", "")
    with pytest.raises(SurveyError, match=r"items.T3: no text in `en`(.|\n)*items.T2: no text in `kk`"):
        made(tmp_path, codebook)
    assert not (tmp_path / FORM).exists()


def test_a_scale_without_an_order_is_refused(tmp_path: Path) -> None:
    codebook = AWKWARD.replace("{minimum: 1, maximum: 3,", "{minimum: 1, maximum: 3, ordered: false,")
    with pytest.raises(SurveyError, match=r"items.T1: nobody has put the words of its scale in order"):
        made(tmp_path, codebook)


def test_what_must_be_known_is_told(tmp_path: Path) -> None:
    config = CONFIG.replace("respondent: respondent", 'respondent: "номер анкеты", weight: w')
    codebook = EVERY_KIND.replace("T2: {construct: trust,", "T2: {construct: trust, wording_known: false,")
    said = "\n".join(made(tmp_path, codebook, config))
    assert "The wording of 1 item (T2) is not known" in said
    assert "the column номер анкеты" in said
    assert "add the column w to the answers" in said
    worded = codebook.replace("wording_known: false,", 'wording_known: false, wording: "I do.",')
    assert "is not known" not in "\n".join(made(tmp_path, worded, config))


def test_the_new_codebook_changes_columns_alone(tmp_path: Path) -> None:
    said = made(tmp_path / "study", AWKWARD)
    assert any("No form can have the columns of" in one for one in said)
    new = Codebook.model_validate(yaml.safe_load((tmp_path / "study" / CODEBOOK).read_text(encoding="utf-8")))
    old = Codebook.model_validate(yaml.safe_load(AWKWARD))
    form = questionnaire_of(old, "ru")
    assert {place[:2] for place in form.changes} == {
        ("items", "T1"), ("items", "U1"), ("items", "T2"), ("demographics", "city"),
        ("multiple_choice", "services"), ("multiple_choice", "m2"),
    }  # fmt: skip
    assert new.scale == old.scale
    assert [one.label for one in new.items.values()] == [one.label for one in old.items.values()]


def test_names_of_groups_and_answers_never_clash() -> None:
    codebook = Codebook.model_validate(
        {
            "scale": {"minimum": 1, "maximum": 5},
            "constructs": {"t": {"label": "T"}, "ә": {"label": "Ә"}},
            "items": {
                "x": {"construct": "t", "label": "X", "column": "t"},
                "y": {"construct": "ә", "label": "Y"},
            },
            "demographics": {"about_you": {"label": "A", "categories": {1: "a", 2: "b"}}},
        }
    )
    groups = questionnaire_of(codebook, "en").groups
    assert [group.path for group in groups] == [("t_",), ("section_2",), ("about_you_",)]
    names = FormNames(codebook)
    assert names.question("items", "x", "два слова") == ((), "x")
    assert names.question("demographics", "x", "ещё слова") == ((), "x_2")


def test_mixed_constructs_stay_in_their_order(tmp_path: Path) -> None:
    codebook = Codebook.model_validate(yaml.safe_load(AWKWARD))
    form = questionnaire_of(codebook, "ru")
    assert [question.key for question in form.questions][:4] == [f"items.{name}" for name in codebook.items]
    assert form.groups[0].label is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The questionnaire has 11 questions in 3 languages"),
        ("ru", "В анкете 11 вопросов на 3 языках"),
        ("kk", "Сауалнамада 11 сұрақ"),
    ],
)
def test_the_command_says_it_in_the_readers_language(tmp_path: Path, language: str, said: str) -> None:
    folder = write_study(tmp_path / "s", EVERY_KIND)
    result = CliRunner().invoke(app, ["--language", language, "questionnaire", str(folder)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(said)
    assert (folder / "plan" / FORM).read_bytes().startswith(b"PK")
    assert io.BytesIO((folder / "plan/questionnaire.kk.docx").read_bytes()).read(2) == b"PK"


def test_a_form_of_clusters_asks_for_the_cluster(tmp_path: Path) -> None:
    """`data.cluster` must come back: nothing is read without it."""
    config = CONFIG.replace("respondent: respondent}", "respondent: respondent, cluster: school}")
    made(tmp_path, EVERY_KIND, config)
    survey = rows(tmp_path / FORM, "survey")
    asked = next(row for row in survey if row["name"] == "school")
    assert (asked["type"], asked["required"]) == ("text", "yes")
    assert asked["label::Kazakh (kk)"].startswith("Мектеп")
    assert any("Школа" in line for line in texts(tmp_path / "questionnaire.ru.docx"))
    assert any(" | school | " in line for line in texts(tmp_path / "questionnaire.ru.docx"))
    assert convert(str(tmp_path / FORM)).warnings == []
    export = tmp_path / "export.csv"
    fields_of = fields(tmp_path / FORM, "English (en)")
    rng = np.random.default_rng(2)
    entered = {field: answered(field, rng) for field in fields_of}
    export.write_bytes(kobo(tmp_path / FORM, entered, groups=True))
    section = read_config(tmp_path / "config.yaml").data
    answers = read_survey(export, read_codebook(tmp_path / "codebook.yaml"), section).answers
    assert answers["sampling_cluster"].tolist() == [f"s{i % 5}" for i in range(60)]
    said = made(tmp_path, EVERY_KIND, config.replace("cluster: school", "cluster: 'школа №'"))
    assert any("No form can have the column школа №" in one for one in said)


def test_the_studys_codebook_is_never_touched(tmp_path: Path) -> None:
    """Whatever folder is written to, and though the study has taken the form's codebook for its own."""
    for codebook in (EVERY_KIND, AWKWARD):
        made(tmp_path, codebook)
        assert (tmp_path / "codebook.yaml").read_text(encoding="utf-8") == codebook
    taken = tmp_path / CODEBOOK
    before = taken.read_bytes()
    (tmp_path / "config.yaml").write_text(
        CONFIG.replace("codebook: codebook.yaml", f"codebook: {CODEBOOK}"), encoding="utf-8"
    )
    write_questionnaire(tmp_path, tmp_path)
    assert taken.read_bytes() == before
    taken.write_text(AWKWARD, encoding="utf-8")
    with pytest.raises(SurveyError, match="would take the place of the study's own"):
        write_questionnaire(tmp_path, tmp_path)
    assert taken.read_text(encoding="utf-8") == AWKWARD


def test_a_title_is_a_word_too(tmp_path: Path) -> None:
    said = made(tmp_path, EVERY_KIND, CONFIG.replace(', kk: "Сенім"', ""))
    assert any("no questionnaire in `kk`: config.yaml, study.title" in one for one in said)
    assert not (tmp_path / "questionnaire.kk.docx").exists()
    with pytest.raises(SurveyError, match=r"study\.title: no text in `en`"):
        made(
            tmp_path, EVERY_KIND.replace(", kk: Екі, ru: Два", ""), CONFIG.replace('en: "Trust & use", ', "")
        )


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_no_word_of_an_answer_is_broken(tmp_path: Path, language: str) -> None:
    """Of the bundled study, whose answers have words as long as «Затрудняюсь» and «келіспеймін»."""
    folder = tmp_path / "s"
    (folder / "data").mkdir(parents=True)
    for name in ("config.yaml", "data/codebook.yaml"):
        (folder / name).write_bytes((REPOSITORY / name).read_bytes())
    write_questionnaire(folder, folder / "plan")
    table = docx.Document(str(folder / f"plan/questionnaire.{language}.docx")).tables[0]
    sizes = set()
    for cell in table.rows[0].cells[2:]:
        run = cell.paragraphs[0].runs[0]
        sizes.add(run.font.size.pt)
        # Letters of Arial Bold are 0.6 of the size on the average; a cell's margins are 5.4 points each.
        longest = max(map(len, run.text.split()))
        assert 0.6 * run.font.size.pt * longest <= cell.width.pt - 2 * 5.4, run.text
    assert len(sizes) == 1
    assert sizes == {8.0} if language == "en" else 6 <= min(sizes) < 8
