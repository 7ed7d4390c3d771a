"""One term, one word: no text has a word that its glossary forbids, nor an English one in ru and kk."""

from __future__ import annotations

import re

import pytest

from smartcity_survey.locales import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.words.glossary import latin, terms, texts, words_in_latin

TRANSLATED: tuple[Language, ...] = ("ru", "kk")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_word_that_the_glossary_forbids(language: Language) -> None:
    wrong = [
        f"{file}, {key}: «{found}» stands for {name}, write «{term.word}»: {text}"
        for file, key, text in texts(language)
        for name, term in terms(language).items()
        if (found := term.found(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_word_stands_in_another_language(language: Language) -> None:
    wrong = [
        f"{file}, {key}: {word}: {text}"
        for file, key, text in texts(language)
        for word in words_in_latin(text)
        if word not in latin(language)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_mixes_latin_and_cyrillic_letters(language: Language) -> None:
    mixed = re.compile(r"[A-Za-z][а-яёәғқңөұүһі]|[а-яёәғқңөұүһі][A-Za-z]", re.IGNORECASE)
    assert [(file, key, text) for file, key, text in texts(language) if mixed.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_glossary_has_the_same_terms_and_no_word_is_forbidden_by_any(language: Language) -> None:
    assert list(terms(language)) == list(terms("en"))
    words = {name: term.word for name, term in terms(language).items()}
    forbidden = [
        (name, word) for name, word in words.items() if any(t.found(word) for t in terms(language).values())
    ]
    assert forbidden == []
    assert all(term.word.strip() for term in terms(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_one_that_the_texts_use(language: Language) -> None:
    """A stem of four letters tells, for words are inflected."""
    prose = " ".join(text for _, _, text in texts(language)).lower()
    stems = {name: re.findall(r"\w+", term.word.lower())[0][:4] for name, term in terms(language).items()}
    assert {name: stem for name, stem in stems.items() if stem not in prose} == {}


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Probability that RMSEA is .05 or less", "close_fit"),
        ("en", "Mean squared error of the path model less that of the benchmark", "minus"),
        ("ru", "Собственные числа работы, сверенные друг с другом", "eigenvalue"),
        ("ru", "Печать", "printed"),
        ("ru", "Член", "predictor"),
        ("ru", "регрессионные факторные оценки", "score"),
        ("ru", "Согласие подтверждающей факторной модели", "confirmatory"),
        ("ru", "Композитная надёжность следует из нагрузок", "composite_reliability"),
        ("kk", "Таңдаманың жарамдылығы (KMO)", "sample"),
        ("kk", "зерттеудің маңыздылық деңгейі", "significance"),
        ("kk", "әйтпесе соңғы жолдар тексереді", "row"),
        ("kk", "Қырлы айыппұл λ", "ridge"),
        ("kk", "қиыршық тас графигі", "scree"),
        ("kk", "Бутстреп аралықтары", "confidence_interval"),
        ("kk", "тармақтардың стандарт ауытқулары", "standard_deviation"),
        ("kk", "Басылым", "printed"),
        ("kk", "Орташа", "mean"),
        ("kk", "Мүше", "predictor"),
        ("kk", "Іріктеменің жарамдылығы", "adequacy"),
        ("kk", "гипотеза туралы болжамдар", "hypothesis"),
        ("kk", "Бартлетт сынағы", "test"),
        ("kk", "n жағдайдың үлестері", "case"),
        ("kk", "бір ұпайға келетін өсім", "score"),
        ("kk", "ең үлкен шындыққа ұқсастық", "likelihood"),
        ("kk", "Шығу тегі", "provenance"),
        ("kk", "Бір перне түзетілсе", "typing_error"),
        ("kk", "жасырын факторлар", "latent"),
        ("ru", "Лестница инвариантности измерения", "invariance"),
        ("ru", "Вероятность RMSEA не больше 0,05", "close_fit"),
        ("ru", "Пути между факторами", "path_coefficient"),
        ("ru", "пути между баллами", "score"),
        ("ru", "отражающие конструкты", "reflective"),
        ("ru", "формирующие конструкты", "formative"),
        ("ru", "эффект ничтожен", "negligible"),
        ("ru", "Все сошлось бы при одной исправленной клавише", "typing_error"),
        ("ru", "линии цели от источника", "outcome"),
        ("ru", "по обычаю больше 0,05", "convention"),
        ("ru", "волны спрашивали", "row"),
    ],
)
def test_what_readers_stumbled_over_is_found(language: Language, text: str, name: str) -> None:
    assert terms(language)[name].found(text)


def test_english_words_are_found_and_keys_and_files_are_not() -> None:
    assert words_in_latin("«confirmed» деп басылған") == ["confirmed"]
    assert words_in_latin("{method}: scores.method: mean, tables/audit.csv, pls.continuity, d_ULS, H1") == []
