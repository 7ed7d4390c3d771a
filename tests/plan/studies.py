# ruff: noqa: E501
"""Studies whose questionnaires have questions of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.io import write_table

CONFIG = """\
study: {title: {en: "Trust & use", ru: "Доверие", kk: "Сенім"}, language: en}
data: {file: survey.csv, codebook: codebook.yaml, respondent: respondent}
cleaning: {rules: []}
model:
  constructs: {trust: {}, use: {}}
  paths: [{from: [trust], to: use}]
  hypotheses: {H1: {from: trust, to: use}}
seed: 7
"""
EVERY_KIND = """\
scale:
  minimum: 1
  maximum: 5
  answers: {1: {en: "Never", kk: "Ешқашан", ru: "Никогда"}, 5: {en: "Always", kk: "Әрқашан", ru: "Всегда"}}
constructs:
  trust: {label: {en: Trust, kk: Сенім, ru: Доверие}}
  use: {label: {en: Use, kk: Қолдану, ru: Использование}}
items:
  T1: {construct: trust, label: {en: "=Trust one", kk: "Бір", ru: "Раз"}, wording: {en: "I trust it, ${fully}.", kk: "Сенемін.", ru: "Я доверяю."}}
  T2: {construct: trust, label: {en: Two, kk: Екі, ru: Два}, reverse: true}
  T3: {construct: trust, label: {en: Three, kk: Үш, ru: Три}, scale: {minimum: -2, maximum: 2}}
  U1: {construct: use, label: {en: Four, kk: Төрт, ru: Четыре}, scale: {minimum: 0, maximum: 100}}
  U2: {construct: use, label: {en: Five, kk: Бес, ru: Пять}, scale: {minimum: 0, maximum: 1, continuous: true}}
  U3: {construct: use, label: {en: Six, kk: Алты, ru: Шесть}, scale: {minimum: 1, maximum: 10}}
demographics:
  gender: {label: {en: Gender, kk: Жынысы, ru: Пол}, categories: {1: {en: Woman, kk: Әйел, ru: Женщина}, 2: {en: Man, kk: Ер, ru: Мужчина}}}
  age: {label: {en: Age, kk: Жасы, ru: Возраст}, column: born_ago, bands: [{label: young, from: 18, to: 40}, {label: old, from: 41, to: 90}]}
  since: {label: {en: Here since, kk: "Қашаннан", ru: С какого времени}, bands: [{label: early, from: 2020-01-01, to: 2023-12-31}, {label: late, from: 2024-01-01, to: 2026-06-30}]}
multiple_choice:
  services: {label: {en: Services, kk: Қызметтер, ru: Услуги}, column: services, separator: " ", rest: {en: Others, kk: Басқа, ru: Другое}, options: {egov: {en: eGov, kk: eGov, ru: eGov}, bus_card: {en: Bus, kk: Автобус, ru: Автобус}}}
  media: {label: {en: Media, kk: БАҚ, ru: СМИ}, columns: {media/tv: {en: TV, kk: ТД, ru: ТВ}, media/web: {en: Web, kk: Ғаламтор, ru: Сеть}}}
"""
AWKWARD = """\
scale: {minimum: 1, maximum: 3, answers: {1: нет, 2: может быть, 3: да}}
constructs: {trust: {label: Доверие}, use: {label: Использование}}
items:
  T1: {construct: trust, label: Доверяю, column: "Я доверяю цифровым услугам."}
  U1: {construct: use, label: Пользуюсь, column: "Как часто Вы пользуетесь? [Портал]"}
  T2: {construct: trust, label: Верю, column: block 1/T2}
  U2: {construct: use, label: Буду, column: use/U2}
demographics:
  city: {label: Город, column: Ваш город, categories: {1: Алматы, 2: Туркестан}}
multiple_choice:
  services: {label: Услуги, column: "Какими услугами?", separator: ",", options: {Эл. правительство: eGov, Карта: Карта}}
  m2: {label: Устройства, columns: {"Устройства [Телефон]": Телефон, "Устройства [Планшет]": Планшет}, chosen: [Да], not_chosen: [Нет]}
"""
NAMED_BY_TOOLS = """\
scale: {minimum: 1, maximum: 5, answers: {1: 'No, "never"', 2: "d'e; f", 3: "=1+1", 5: "Yes"}}
constructs: {trust: {label: Trust}, use: {label: Use}}
items:
  meta: {construct: trust, label: "He said \\"yes\\", it's <b>bold</b> & ${T1}"}
  start: {construct: trust, label: "Two\\x0b\\uFFFE lines\\nand a tab\\t"}
  KEY: {construct: trust, label: Three}
  instanceID: {construct: trust, label: Four}
  q1: {construct: use, label: Five}
  Q1: {construct: use, label: Six}
  g/T1: {construct: use, label: Seven}
  h/T1: {construct: use, label: Eight}
  name: {construct: use, label: LONG}
demographics:
  _uuid: {label: City, categories: {1: North, 2: South}}
  trust: {label: As the construct, categories: {-1: None, 99: Many}}
multiple_choice:
  Status: {label: Several, column: Status, separator: " ", options: {a: A, b: B}}
""".replace("LONG", "very long " * 200)
STUDIES = {"every_kind": EVERY_KIND, "awkward": AWKWARD, "named_by_tools": NAMED_BY_TOOLS}


def write_study(folder: Path, codebook: str, config: str = CONFIG) -> Path:
    """A folder with a config and a codebook; nobody has answered yet."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "codebook.yaml").write_text(codebook, encoding="utf-8")
    return folder


FINISHED = """\
study: {title: {en: "Trust & use", ru: "Доверие и пользование", kk: "Сенім мен қолдану"}, language: en}
data: {file: survey.csv, codebook: codebook.yaml}
cleaning: {rules: [missing_items]}
model:
  constructs: {trust: {}, ease: {}, use: {}}
  paths: [{from: [trust, ease], to: use}]
  hypotheses: {H1: {from: trust, to: use}, H2: {from: ease, to: use}}
groups: {variables: [city, age]}
seed: 7
"""
CITIES = """\
scale: {minimum: 1, maximum: 5}
constructs:
  trust: {label: {en: Trust, kk: Сенім, ru: Доверие}}
  ease: {label: {en: Ease, kk: Жеңілдік, ru: Лёгкость}}
  use: {label: {en: Use, kk: Қолдану, ru: Использование}}
items:
  T1: {construct: trust, label: {en: One, kk: Бір, ru: Раз}}
  E1: {construct: ease, label: {en: Two, kk: Екі, ru: Два}}
  U1: {construct: use, label: {en: Three, kk: Үш, ru: Три}}
  U2: {construct: use, label: {en: Four, kk: Төрт, ru: Четыре}}
demographics:
  city: {label: {en: City, kk: Қала, ru: Город}, categories: {1: {en: Turkistan, kk: Түркістан, ru: Туркестан}, 2: {en: Almaty, kk: Алматы, ru: Алма-Ата}}}
  age: {label: {en: Age, kk: Жасы, ru: Возраст}, bands: [{label: {en: young, kk: жас, ru: молодые}, from: 18, to: 40}, {label: {en: old, kk: үлкен, ru: старшие}, from: 41, to: 90}]}
"""
R = np.array([[1.0, 0.4, 0.5], [0.4, 1.0, 0.4], [0.5, 0.4, 1.0]])
"""Correlations of trust, ease and use in the finished study, to the last bit."""
N = 300
READ, BLANK = 500, 100
"""Questionnaires as read, and blank ones; the rest of what was lost had gaps."""


def finished_study(
    folder: Path, plan: str = "", config: str = FINISHED, further: dict[str, np.ndarray] | None = None
) -> Path:
    """A study with the results that a plan reads; answers in Almaty are three times as spread.

    further : columns of the answers beside the questions: weights, clusters.
    """
    write_study(folder, CITIES, config + (f"plan: {plan}\n" if plan else ""))
    rng = np.random.default_rng(1)
    raw = rng.standard_normal((N, 3))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / N)).T
    scores = white @ np.linalg.cholesky(R).T
    people = [f"p{i}" for i in range(N)]
    # The most and the least of use live in Almaty.
    far = np.abs(scores[:, 2]) > np.quantile(np.abs(scores[:, 2]), 0.8)
    private, tables = folder / "reports/private", folder / "reports/tables"
    private.mkdir(parents=True)
    tables.mkdir()
    named = pd.DataFrame(scores, columns=["trust", "ease", "use"])
    named.insert(0, "respondent", people)
    write_table(named, private / "scores.csv")
    ages = np.where(np.arange(N) % 3 == 0, 60, 25)
    answers = pd.DataFrame({"respondent": people, "city": 1 + far, "age": ages, **(further or {})})
    write_table(answers.iloc[::-1], private / "answers.csv")
    log = pd.DataFrame(
        {
            "rule": ["as_read", "blank_form", "missing_items"],
            "n_excluded": [0, BLANK, READ - BLANK - N],
            "n_remaining": [READ, READ - BLANK, N],
        }
    )
    write_table(log, tables / "cleaning_log.csv")
    return folder
