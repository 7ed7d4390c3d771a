"""Messages in Russian and Kazakh: every one has its words, and commands speak the study's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from smartcity_survey import cli, messages
from smartcity_survey.cli import app
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import catalogue, error_in, language_of, problem_in, translated
from smartcity_survey.workflow.machines import Machines
from smartcity_survey.workflow.run import run_study
from tests import messages as source

LATIN = re.compile(r"\b[a-z]{3,}\b")
"""A word in small Latin letters: names of keys and files aside, a word that was not translated."""


@pytest.mark.parametrize("folder", source.COVERED)
def test_every_message_has_its_russian_and_kazakh(folder: str) -> None:
    assert len([*source.sentences(folder)]) >= 5
    assert source.untranslated(folder) == []


def test_a_new_message_without_translation_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "check").mkdir()
    code = 'def f(x):\n    why = f"{x} is purple."\n    raise SurveyError("a.csv", why, "Paint it green.")\n'
    (tmp_path / "check/new.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(source, "SOURCE", tmp_path)
    assert [sentence for _, sentence in source.untranslated("check")] == [
        f"{source.FILLED} is purple.",
        "Paint it green.",
    ]


def test_a_looser_entry_is_no_translation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "check").mkdir()
    code = "def f(x):\n    raise SurveyError('a.csv', f'it is purple: {x}', 'Look.')\n"
    (tmp_path / "check/new.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(source, "SOURCE", tmp_path)
    assert translated("it is purple: 7", "ru") == "это purple: 7"
    assert [sentence for _, sentence in source.untranslated("check")] == [f"it is purple: {source.FILLED}"]


PLANNING = ("plan", "draw", "questionnaire")
READING = ("audit", "new-paper")


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_help_has_no_english_left(language: str) -> None:
    for command in (
        "",
        "run",
        "batch",
        "chapter",
        "stream",
        "check",
        "new-wave",
        *READING,
        "reconstruct",
        "bounds",
        "studio",
        *PLANNING,
    ):
        wide = {"COLUMNS": "300"}  # so that no list of choices is broken
        result = CliRunner().invoke(app, ["--language", language, *command.split(), "--help"], env=wide)
        assert result.exit_code == 0
        plain = re.sub(r"`[^`]*`|\[OPTIONS\]|<[^>]*>|--[\w-]+|[\w/]+[.\[/][\w\]]+", " ", result.output)
        names = {"smartcity", "survey", "config", "reports", "study", "folder", "paper", "yaml", "csv"}
        commands = {
            "run",
            "batch",
            "chapter",
            "stream",
            "check",
            "new",
            "wave",
            "audit",
            "reconstruct",
            "bounds",
            "studio",
            "witnesses",
            "browser",
        }
        data = {"data", "build", "local", "reconstructed", "root", "text", "rounding", "power"}
        assert set(LATIN.findall(plain)) <= names | commands | data | {*PLANNING, *READING}, plain
        assert not re.search("Usage|Options|Commands|Arguments", plain)


def test_help_speaks_the_language_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "kk_KZ.UTF-8")
    assert "Есептеуге дейін config, кодтар кітабын" in CliRunner().invoke(app, ["check", "--help"]).output
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    english = CliRunner().invoke(app, ["check", "--help"]).output
    assert "Check config, codebook and survey file" in english
    assert "Show this message and exit." in english


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("chek", "Нет команды 'chek'. Может быть, 'check'?"),
        ("new-wave x", "Не задан параметр '--from'."),
        ("check a b", "Лишние аргументы: b"),
        ("run --cores many", "Неверное значение '--cores': нужно целое число"),
    ],
)
def test_a_command_written_wrongly_is_told_in_the_language(command: str, said: str) -> None:
    result = CliRunner().invoke(app, ["--language", "ru", *command.split()])
    assert result.exit_code == 2
    assert said in result.output
    assert "Ошибка" in result.output


def test_an_audit_speaks_as_asked_and_else_as_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    published = str(source.REPOSITORY / "data/published")
    russian = _said("audit", published, "--language", "ru")
    assert re.search(r"^  \[меняет вывод\] Таблица 17", russian, re.MULTILINE)
    assert re.search(r"^Проверок \d+: .* опечат\w+, .* \d+ согласу\w+$", russian.splitlines()[-1])
    monkeypatch.setenv("LC_ALL", "kk_KZ.UTF-8")
    assert re.search(r"^Тексерулер \d+: .* \d+ үйлеседі$", _said("audit", published).splitlines()[-1])
    nowhere = _said("--language", "ru", "audit", "nowhere")
    assert nowhere.rstrip() == "nowhere: такого файла нет. Исправьте имя файла или добавьте файл."


def test_translations_are_filled_with_what_the_english_has() -> None:
    for sentence in catalogue():
        given = set(sentence.pattern.groupindex)
        for words in sentence.translations.values():
            used = {field["name"] for field in messages._FIELD.finditer(words)}
            assert used <= given, sentence
            assert words.strip() or not sentence.literal


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("1 item", "1 пункт"),
        ("3 items", "3 пункта"),
        ("12 items", "12 пунктов"),
        ("21 items", "21 пункт"),
        (
            "config.yaml: 2 constructs, 1 path, 1 hypothesis.",
            "config.yaml: 2 конструкта, 1 путь, 1 гипотеза.",
        ),
        ("Did you mean use? Choose from trust, use.", "Может быть, use? Выберите из: trust, use."),
        ("nobody has written this", "nobody has written this"),
        ("codes the codebook lacks: 5 (rows 3).", "коды, которых нет в кодовой книге: 5 (строки 3)."),
        ("Columns 'a', 'b' are left out: it is odd.", "Столбцы 'a', 'b' не используются: это odd."),
        ("s.csv has no line 900.", "в s.csv нет строки 900."),
        (
            "Write the number of the row that holds the names of the columns.",
            "Напишите номер строки, в которой стоят имена столбцов.",
        ),
        ("7 components of 5 items.", "запрошено: 7 компонент, а есть 5 пунктов."),
        ("all 21 questionnaires that are kept answer 3.", "21 оставленная анкета отвечает одно и то же: 3."),
        (
            "1 category of gender has 500 questionnaires or more: there is nothing to compare.",
            "gender: категорий, в которых не меньше 500 анкет, — 1; сравнивать нечего.",
        ),
        (
            "0 categories of gender have 1 questionnaire or more: there is nothing to compare.",
            "gender: категорий, в которых не меньше 1 анкеты, — 0; сравнивать нечего.",
        ),
        ("What becomes of this.", "What becomes of this."),
        ("Write a number below 7.", "Напишите меньше 7."),
        (
            "Choose one of 'eigenvalue'. Or: Write 1 or more.",
            "Выберите одно из: 'eigenvalue'. Или: Напишите не меньше 1.",
        ),
        (
            "not readable as an .rds of R (it ends too early).",
            "не читается как файл .rds программы R (он обрывается).",
        ),
        ("not utf-8 text (byte 22).", "не текст utf-8 (байт 22)."),
        ("20 more lines like these.", "ещё 20 строк такого же рода."),
        (
            "1 means no answer, but is an answer on the scale from 1 to 5 of T1, T2 and 1 more.",
            "1 означает отсутствие ответа, но является ответом на шкале от 1 до 5 у T1, T2 и ещё 1.",
        ),
        (
            "not valid yaml: the key `seed` is given twice.",
            "неверный yaml: ключ `seed` задан дважды.",
        ),
    ],
)
def test_nouns_follow_their_number_and_phrases_are_translated_within(english: str, russian: str) -> None:
    assert translated(english, "ru") == russian
    assert translated(english, "en") == english


def test_the_question_about_directions_is_translated_whole() -> None:
    problem = Problem(
        "s.csv, construct trust",
        "T2 runs against T1, T3 (mean correlation -0.58): one set is worded the other way round, or is coded "
        "so. T2 “Trust two”; T1 “Trust one”, T3 “Trust three”.",
        "Which one says the opposite of the construct's name? If T2: write `reverse: true` there; high then "
        "means high on T1, T3, and it correlates 0.44 with use. If T1, T3: take `reverse: true` out there; "
        "high then means high on T2, and it correlates -0.44 with use.",
    )
    russian, kazakh = (problem_in(problem, language) for language in ("ru", "kk"))
    assert russian.startswith("s.csv, конструкт trust: T2 направлен против T1, T3 (средняя корреляция −0,58)")
    assert "T2 «Trust two»; T1 «Trust one», T3 «Trust three»." in russian
    assert "корреляция с use равна −0,44" in russian
    assert "Если T1, T3: уберите там `reverse: true`; " in russian
    assert kazakh.startswith("s.csv, trust конструктісі: T2 тармағы T1, T3 тармақтарына қарсы")
    assert kazakh.endswith("use конструктісімен корреляциясы −0,44.")


@pytest.mark.parametrize("folder", [*source.COVERED, "stages"])
def test_computed_numbers_have_the_decimal_comma_of_the_language(folder: str) -> None:
    assert source.with_english_numbers(folder) == []


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0.44", "0,44"),
        ("-0.60", "−0,60"),
        ("12", "12"),
        ("-1", "-1"),
        ("1e-05", "1e-05"),
        ("1.5e-7", "1.5e-7"),
    ],
)
def test_only_numbers_with_decimals_get_a_comma(number: str, shown: str) -> None:
    assert messages.with_comma(number) == shown


def test_what_stands_in_yaml_and_names_of_columns_keep_their_point() -> None:
    assert translated("Write a number below 0.5.", "ru") == "Напишите меньше 0.5."
    assert translated("s.csv, column 1.2", "ru") == "s.csv, столбец 1.2"
    assert translated("s.csv, column 1.2", "kk") == "s.csv, 1.2 бағаны"


def test_several_contradictions_are_translated_one_by_one() -> None:
    error = SurveyError(
        "codebook.yaml",
        "contradiction:",
        "minimum 5 is not below maximum 1; several questions read the column a, b.",
    )
    assert error_in(error, "ru") == (
        "codebook.yaml: противоречие: минимум 5 не меньше максимума 1. "
        "несколько вопросов читают столбец a, b."
    )


def _said(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        assert isinstance(result.exception, SurveyError), result.exception
        return error_in(result.exception, cli.SPEECH.language())
    return result.output


def test_check_speaks_the_language_of_the_study(
    study: Callable[..., Path], config_content: dict[str, Any], codebook_content: dict[str, Any]
) -> None:
    config_content["study"]["language"] = "kk"
    codebook_content["items"]["T2"]["reverse"] = False
    folder = study()
    assert language_of(folder) == "kk"
    said = _said("check", str(folder))
    assert said.splitlines()[0] == "config.yaml: 2 конструкт, 1 жол, 1 гипотеза."
    assert "survey.csv: 40 сауалнама, тазалау ережелері олардан 40 қалдырады." in said
    assert "trust конструктісі туралы ескертулер:" in said
    assert said.splitlines()[-1] == "Есептеуге кедергі жоқ."
    russian = _said("--language", "ru", "check", str(folder))
    assert russian.splitlines()[-1] == "Расчёту ничто не мешает."


def test_errors_speak_it_even_where_the_config_is_wrong(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["study"]["language"] = "ru"
    config_content["model"]["paths"][0]["to"] = "uze"
    survey = survey.astype({"T1": object})
    survey.loc[4, "T1"] = "many"
    said = _said("check", str(study(answers=survey)))
    assert "uze — не конструкт. Может быть, use? Выберите из: trust, use." in said
    assert "survey.csv, строка 6, столбец T1: 'many' — не число и не ответ из кодовой книги." in said


def test_new_wave_speaks_as_asked_and_else_as_its_draft(tmp_path: Path) -> None:
    frame = pd.DataFrame({f"trust{k}": [1, 2, 3, 4, 5] * 4 for k in (1, 2, 3)})
    frame.to_csv(tmp_path / "wave.csv", index=False)
    said = _said("--language", "kk", "new-wave", str(tmp_path / "a"), "--from", str(tmp_path / "wave.csv"))
    assert said.startswith("Болжанғаны:\n  - ")
    assert "Толтыру немесе шешу керек:\n" in said
    assert "Келесі қадам: smartcity-survey check" in said
    plain = re.sub(r"`[^`]*`|'[^']*'|\w+\.(yaml|csv)|smartcity-survey.*", "", said)
    assert not LATIN.search(plain), LATIN.findall(plain)


def test_the_end_of_a_run_is_told_in_the_language(
    study: Callable[..., Path], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: dict[str, str] = {}

    def ran(command: Any, environment: dict[str, str], *_: Any, **__: Any) -> int:
        spoken.update(environment)
        return 0 if len(spoken) else 1

    monkeypatch.setattr("smartcity_survey.workflow.run.run_command", ran)
    run_study(study(), Machines(1), "ru")
    assert spoken[messages.SPOKEN] == "ru"
    assert capfd.readouterr().out.startswith("Готово: ")


@pytest.mark.parametrize("works", [True, False], ids=["work", "nothing_to_do"])
@pytest.mark.parametrize("outputs", [["html"], ["html", "docx", "xlsx"]], ids=["page", "chapter"])
def test_what_a_run_wrote_beside_the_page_is_named_at_its_end(
    works: bool,
    outputs: list[str],
    study: Callable[..., Path],
    config_content: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config_content["report"] = {"outputs": outputs}
    folder = study()
    for name in ("chapter.en.docx", "chapter.en.pdf", "tables.xlsx"):
        (folder / "reports").mkdir(exist_ok=True)
        (folder / "reports" / name).touch()

    def ran(command: Any, environment: dict[str, str], *_: Any, **__: Any) -> int:
        if works:
            (folder / "reports/private/logs").mkdir(parents=True, exist_ok=True)
            (folder / "reports/private/logs/report.log").touch()
        return 0

    monkeypatch.setattr("smartcity_survey.workflow.run.run_command", ran)
    run_study(folder, Machines(1), "ru")
    beside = [line for line in capfd.readouterr().out.splitlines() if line.startswith("Рядом с отчётом: ")]
    expected = "Рядом с отчётом: chapter.en.docx, tables.xlsx"
    assert beside == ([expected] if works and "docx" in outputs else [])


@pytest.mark.parametrize(
    ("name", "language"),
    [("kk_KZ", "kk"), ("ru_RU", "ru"), ("Russian_Russia", "ru"), ("de_DE", "en"), (None, "en"), ("C", "en")],
)
def test_without_a_study_the_system_s_language_is_spoken(
    name: str | None, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (name, "UTF-8"))
    assert messages.language_of_system() == language


def test_the_environment_goes_before_a_locale_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LC_MESSAGES", "kk_KZ.UTF-8")
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    monkeypatch.setattr("locale.getlocale", lambda: ("en_US", "UTF-8"))
    assert messages.language_of_system() == "kk"


@pytest.mark.parametrize(
    "slip",
    [
        "  title: Возраст: лет",
        "\tseed: 7",
        "  title: 'not closed",
        "data: [",
        "seed: @",
        "when: 2026-99-99",
        "a: &x 1\nb: *y",
    ],
)
@pytest.mark.parametrize("line", ["language: kk", "language: 'kk'  # of the report"])
def test_a_config_that_is_no_yaml_is_told_in_the_language_of_its_line(
    slip: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(f"study:\n  {line}\n{slip}\n", encoding="utf-8")
    assert language_of(tmp_path) == "kk"
    said = _said("check", str(tmp_path))
    assert "config.yaml" in said
    assert not re.search(r"not valid|Mend|Put text", said), said


def test_so_is_one_that_is_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes("study:\n  title: Опрос\n  language: ru\n".encode("cp1251"))
    assert "не текст UTF-8" in _said("check", str(tmp_path))


def test_a_study_that_names_no_language_has_the_default_one(tmp_path: Path) -> None:
    assert language_of(tmp_path) is None
    (tmp_path / "config.yaml").write_text("study: {title: A}\n", encoding="utf-8")
    assert language_of(tmp_path) == "en"
    (tmp_path / "config.yaml").write_text("study: {title: A, language: kk}\nodd: [", encoding="utf-8")
    assert language_of(tmp_path) is None
