"""The answers behind every export: 240 people, eleven items of three constructs, the fourth one reversed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

N = 240
ITEMS = ("tr1", "tr2", "tr3", "tr4", "us1", "us2", "us3", "us4", "in1", "in2", "in3")
REVERSED = "tr4"
BLOCKS = {"trust": ITEMS[:4], "useful": ITEMS[4:8], "intention": ITEMS[8:]}
SERVICES = ("eGov", "Bus card", "Clinic")

SENTENCES = {
    "en": (
        "I trust the city administration's digital services.",
        "I believe that my data are safe.",
        "The administration keeps its promises\nabout digital services.",
        "I worry that my data may be misused.",
        "The services save me time.",
        "The services are useful in daily life.",
        "The services make my life easier.",
        "The services help me to get things done.",
        "I intend to use the services next year.",
        "I would recommend the services to friends.",
        "I plan to use them more often.",
    ),
    "ru": (
        "Я доверяю цифровым услугам городской администрации.",
        "Я считаю, что мои данные в безопасности.",
        "Администрация выполняет обещания\nпо цифровым услугам.",
        "Я беспокоюсь, что мои данные могут использовать неправильно.",
        "Услуги экономят моё время.",
        "Услуги полезны в повседневной жизни.",
        "Услуги облегчают мою жизнь.",
        "Услуги помогают мне решать дела.",
        "Я намерен(а) пользоваться услугами в следующем году.",
        "Я бы рекомендовал(а) услуги друзьям.",
        "Я планирую пользоваться ими чаще.",
    ),
    "kk": (
        "Мен қала әкімдігінің цифрлық қызметтеріне сенемін.",
        "Деректерім қауіпсіз деп ойлаймын.",
        "Әкімдік цифрлық қызметтер туралы уәдесін орындайды.",
        "Деректерім дұрыс пайдаланылмайды деп алаңдаймын.",
        "Қызметтер уақытымды үнемдейді.",
        "Қызметтер күнделікті өмірде пайдалы.",
        "Қызметтер өмірімді жеңілдетеді.",
        "Қызметтер істерімді шешуге көмектеседі.",
        "Келесі жылы қызметтерді пайдалануға ниеттімін.",
        "Қызметтерді достарыма ұсынар едім.",
        "Оларды жиірек пайдалануды жоспарлаймын.",
    ),
}


@dataclass(frozen=True)
class Answers:
    """codes : item -> (n,) from 1, 0 where there is no answer. chosen : (n, 3), services used."""

    points: int
    codes: dict[str, np.ndarray]
    gender: np.ndarray
    age: np.ndarray
    chosen: np.ndarray
    likely: np.ndarray
    comments: list[str] = field(default_factory=list)

    def words(self, item: str, wordings: tuple[str, ...]) -> list[str]:
        """The answers to an item in words; an empty text where there is none."""
        return ["" if code == 0 else wordings[code - 1] for code in self.codes[item]]

    def joined(self, separator: str, end: str = "", names: tuple[str, ...] = SERVICES) -> list[str]:
        """The services of each person in one cell."""
        rows = [
            separator.join(name for name, one in zip(names, row, strict=True) if one) for row in self.chosen
        ]
        return [row + end if row else "" for row in rows]


def answers(
    points: int = 5, *, gaps: float = 0.01, seed: int = 11, per_block: dict[str, int] | None = None
) -> Answers:
    """Answers on a scale of so many points, or of so many for each construct."""
    rng = np.random.default_rng(seed)
    trust = rng.normal(size=N)
    useful = 0.5 * trust + rng.normal(scale=0.85, size=N)
    intention = 0.4 * trust + 0.5 * useful + rng.normal(scale=0.7, size=N)
    scores = dict(zip(BLOCKS, (trust, useful, intention), strict=True))
    codes = {}
    for block, items in BLOCKS.items():
        n_points = (per_block or {}).get(block, points)
        for item in items:
            sign = -1 if item == REVERSED else 1
            score = sign * scores[block] + rng.normal(scale=0.65, size=N)
            code = np.clip(np.round((n_points + 1) / 2 + score * n_points / 4.6), 1, n_points).astype(int)
            code[rng.random(N) < gaps] = 0
            codes[item] = code
    chosen = rng.random((N, 3)) < np.array([0.6, 0.45, 0.25])
    comments = [f"Comment {i}, longer than any answer." if i % 7 == 0 else "" for i in range(N)]
    return Answers(
        points,
        codes,
        rng.integers(0, 2, N),
        rng.integers(18, 70, N),
        chosen,
        rng.integers(0, 11, N),
        comments,
    )
