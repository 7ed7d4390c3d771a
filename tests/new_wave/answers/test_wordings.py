# ruff: noqa: E501
"""Words of usual scales are put in order, in three languages; those of no known scale are not."""

from __future__ import annotations

import pytest

from smartcity_survey.new_wave.wordings import is_no_answer, numbered_answers, word_scale

ORDERED = [
    "Strongly disagree | Disagree | Neither agree nor disagree | Agree | Strongly agree",
    "strongly_disagree | disagree | neutral | agree | strongly_agree",
    "Strongly disagree | Disagree | Somewhat disagree | Neither agree nor disagree | Somewhat agree | Agree | Strongly agree",
    "Strongly disagree | Moderately disagree | Slightly disagree | Slightly agree | Moderately agree | Strongly agree",
    "Disagree strongly | Disagree a little | Neither | Agree a little | Agree strongly",
    "Very dissatisfied | Dissatisfied | Neither satisfied nor dissatisfied | Satisfied | Very satisfied",
    "Not at all satisfied | Not very satisfied | Somewhat satisfied | Very Satisfied",
    "Extremely unlikely | Unlikely | Neutral | Likely | Extremely likely",
    "Very poor | Poor | Fair | Good | Excellent",
    "Poor | Fair | Good | Very good | Excellent",
    "Never | Rarely | Sometimes | Often | Always",
    "Not at all important | Slightly important | Moderately important | Very important | Extremely important",
    "Not at all | A little | Somewhat | Quite a bit | Very much",
    "I do not trust at all | I rather do not trust | I rather trust | I trust completely",
    "Definitely not | Probably not | Probably yes | Definitely yes",
    "Совсем не согласен | Не согласен | Затрудняюсь ответить | Согласен | Полностью согласен",
    "Совершенно не согласен(на) | Скорее не согласен(на) | Трудно сказать | Скорее согласен(на) | Полностью согласен(на)",
    "Полностью не согласна | Скорее не согласна, чем согласна | И да, и нет | Скорее согласна, чем не согласна | Полностью согласна",
    "Полностью не согласен | Не согласен | Отчасти согласен | Согласен | Полностью согласен",
    "Очень недоволен | Скорее недоволен | Скорее доволен | Очень доволен",
    "Совсем не удовлетворен(а) | Скорее не удовлетворен(а) | Скорее удовлетворен(а) | Полностью удовлетворен(а)",
    "Крайне маловероятно | Маловероятно | Может быть | Скорее вероятно | Очень вероятно",
    "Совсем не доверяю | Скорее не доверяю | Скорее доверяю | Полностью доверяю",
    "Никогда | Редко | Иногда | Часто | Всегда",
    "Очень плохо | Плохо | Удовлетворительно | Хорошо | Отлично",
    "Совсем не важно | Скорее не важно | Нейтрально | Скорее важно | Очень важно",
    "нет | скорее нет, чем да | скорее да, чем нет | да",
    "Мүлдем келіспеймін | Келіспеймін | Бейтарап | Келісемін | Толығымен келісемін",
    "Мүлде қанағаттанбаймын | Қанағаттанбаймын | Бейтарап | Қанағаттанамын | Толық қанағаттанамын",
    "Ешқашан | Сирек | Кейде | Жиі | Әрқашан",
    "Мүлдем сенбеймін | Сенбеймін | Сенемін | Толық сенемін",
    "Өте нашар | Нашар | Орташа | Жақсы | Өте жақсы",
    "Мүлдем маңызды емес | Маңызды емес | Маңызды | Өте маңызды",
    "Not at all satisfied | Slightly satisfied | Moderately satisfied | Very satisfied | Extremely satisfied",
    "Not at all likely | Slightly likely | Moderately likely | Very likely | Extremely likely",
    "Not likely | Somewhat likely | Likely | Very likely",
    "Not at all useful | Slightly useful | Moderately useful | Very useful | Extremely useful",
    "Very unlikely | Unlikely | Possible | Likely | Very likely",
    "Definitely would not | Probably would not | Might or might not | Probably would | Definitely would",
    "Definitely not | Probably not | Possibly | Probably | Definitely",
    "Совсем не удовлетворён | Немного удовлетворён | Удовлетворён | Очень удовлетворён",
    "Очень маловероятно | Маловероятно | Возможно | Вероятно | Очень вероятно",
    "Невозможно | Маловероятно | Возможно | Очень возможно",
    "Өте екіталай | Екіталай | Мүмкін | Ықтимал | Өте ықтимал",
    "мүлдем сенбеймін | аздап сенемін | орташа сенемін | қатты сенемін | өте қатты сенемін",
    "мүлдем сенбеймін | аздап сенемін | біршама сенемін | толық сенемін",
    "сенбеймін | аздап сенемін | сенемін | толық сенемін",
    "мүлдем қанағаттанбаймын | аздап қанағаттанамын | орташа қанағаттанамын | толық қанағаттанамын",
    "мүлдем келіспеймін | аздап келісемін | орташа келісемін | толық келісемін",
    "мүлдем қызықтырмайды | аздап қызықтырады | қатты қызықтырады | өте қатты қызықтырады",
    "мүлдем алаңдамаймын | аздап алаңдаймын | орташа алаңдаймын | қатты алаңдаймын | өте қатты алаңдаймын",
    "мүлдем маңызды емес | аздап маңызды | орташа маңызды | маңызды | өте маңызды",
    "маңызды емес | аз маңызды | орташа маңызды | маңызды | өте маңызды",
    "совсем не доверяю | немного доверяю | в основном доверяю | полностью доверяю",
    "вообще не доверяю | слегка доверяю | умеренно доверяю | сильно доверяю | очень сильно доверяю",
    "do not trust at all | trust a little | trust somewhat | trust completely",
    "мүлдем дайын емеспін | аздап дайынмын | дайынмын | толық дайынмын",
    "мүлдем сенбеймін | сенбеймін | бейтарап | сенемін | толық сенемін",
    "мүлдем келіспеймін | келіспеймін | бейтараппын | келісемін | толық келісемін",
    "толық келіспеймін | келіспеймін | ішінара келіспеймін | бейтарап | ішінара келісемін | келісемін | толық келісемін",
    "мүлдем қолдамаймын | аздап қолдаймын | толық қолдаймын",
    "совсем не беспокоит | слегка беспокоит | умеренно беспокоит | сильно беспокоит | очень сильно беспокоит",
    "совсем не знаком | плохо знаком | немного знаком | хорошо знаком | очень хорошо знаком",
    "совсем не уверен | скорее не уверен | скорее уверен | полностью уверен",
    "абсолютно не согласен | не согласен | нейтрально | согласен | абсолютно согласен",
    "не важно | скорее не важно | скорее важно | важно | очень важно",
    "мүлдем таныс емеспін | аздап таныспын | жақсы таныспын | өте жақсы таныспын",
    "мүлдем қанағаттанбаймын | қанағаттанбаймын | қанағаттанамын да қанағаттанбаймын да | қанағаттанамын | толық қанағаттанамын",
    "not at all familiar | slightly familiar | somewhat familiar | moderately familiar | extremely familiar",
    "never true | rarely true | sometimes true | often true | always true",
    "very untrue of me | untrue of me | neutral | true of me | very true of me",
    "совершенно неверно | скорее неверно | ни верно ни неверно | скорее верно | совершенно верно",
    "полностью не соответствует | скорее не соответствует | нейтрально | скорее соответствует | полностью соответствует",
    "дұрыс емес | ішінара дұрыс | толық дұрыс",
    "мүлдем дұрыс емес | дұрыс емес | бейтарап | дұрыс | толық дұрыс",
    "маған мүлдем сәйкес келмейді | сәйкес келмейді | бейтарап | сәйкес келеді | маған толық сәйкес келеді",
    "very dissatisfied | somewhat dissatisfied | neither satisfied nor dissatisfied | somewhat satisfied | very satisfied",
    "никогда | раз в месяц | раз в неделю | каждый день",
    "очень низкий | низкий | средний | высокий | очень высокий",
    "өте төмен | төмен | орташа | жоғары | өте жоғары",
    "strongly oppose | somewhat oppose | neither | somewhat support | strongly support",
    "very inconvenient | inconvenient | neutral | convenient | very convenient",
    "очень неудобно | неудобно | нейтрально | удобно | очень удобно",
    "точно нет | скорее нет | может быть | скорее да | точно да",
]


@pytest.mark.parametrize("line", ORDERED)
def test_words_are_put_in_order(line: str) -> None:
    words = line.split(" | ")
    for given in (words, words[::-1], [word.upper() for word in words], [f" {word}. " for word in words]):
        scale = word_scale(given)
        assert scale is not None
        assert sorted(given, key=lambda word: scale.codes[word]) == (
            given[::-1] if given == words[::-1] else given
        )
        assert sorted(scale.codes.values()) == list(range(1, len(words) + 1))


@pytest.mark.parametrize(
    ("words", "codes", "n_points"),
    [
        # Nobody chose the lowest answer: a side is as long as the other.
        (["Disagree", "Neutral", "Agree", "Strongly agree"], [2, 3, 4, 5], 5),
        (["Never", "Rarely", "Sometimes", "Often"], [1, 2, 3, 4], 5),
        (
            ["Somewhat disagree", "Neither agree nor disagree", "Somewhat agree", "Agree", "Strongly agree"],
            [3, 4, 5, 6, 7],
            7,
        ),
    ],
)
def test_answers_that_nobody_gave_have_their_codes(words: list[str], codes: list[int], n_points: int) -> None:
    scale = word_scale(words)
    assert scale is not None
    assert [scale.codes[word] for word in words] == codes
    assert scale.n_points == n_points


@pytest.mark.parametrize(
    "words",
    [
        "blue | red | green",
        "Almaty | Astana | Other",
        "Yes | No",
        "Да | Нет",
        "до 25 | 25-35 | 36+",
        "Мужской | Женский",
    ],
)
def test_words_of_no_scale_have_no_order(words: str) -> None:
    assert word_scale(words.split(" | ")) is None


def test_hard_to_say_is_the_middle_only_where_nothing_else_is() -> None:
    russian = ["Не согласен", "Скорее не согласен", "Скорее согласен", "Согласен", "Затрудняюсь ответить"]
    scale = word_scale(russian)
    assert scale is not None
    assert (scale.codes["Затрудняюсь ответить"], scale.doubtful, scale.no_answer) == (
        3,
        ("Затрудняюсь ответить",),
        (),
    )
    scale = word_scale([*russian, "Нейтрально", "Не знаю"])
    assert scale is not None
    assert (scale.codes["Нейтрально"], scale.doubtful) == (3, ())
    assert scale.no_answer == ("Не знаю", "Затрудняюсь ответить")


@pytest.mark.parametrize(
    "word",
    [
        "Don't know",
        "don’t know",
        "N/A",
        "Prefer not to say",
        "Не знаю",
        "Нет ответа",
        "Білмеймін",
        "Жауап жоқ",
    ],
)
def test_words_of_no_answer_are_known(word: str) -> None:
    assert is_no_answer(word)


@pytest.mark.parametrize(
    ("words", "numbers", "codes"),
    [
        (["5 (strongly agree)", "1 (strongly disagree)"], [2, 3, 4], [5, 1]),
        (["4 - Agree", "3 – Neutral"], [], [4, 3]),
        (["Agree (4)", "Disagree (2)"], [], [4, 2]),
        (["A1", "A2", "A5"], [], [1, 2, 5]),
        (["★★★☆☆", "★★★★★"], [], [3, 5]),
        (["4 : Agree", "5 : Strongly agree"], [], [4, 5]),
    ],
)
def test_words_may_carry_their_code(words: list[str], numbers: list[float], codes: list[int]) -> None:
    assert numbered_answers(words, numbers) == dict(zip(words, codes, strict=True))


@pytest.mark.parametrize("words", [["18-25", "26-35"], ["A1", "B2"], ["agree", "5 - agree"]])
def test_numbers_in_words_may_be_no_codes(words: list[str]) -> None:
    assert numbered_answers(words, []) == {}
