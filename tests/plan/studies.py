# ruff: noqa: E501
"""Studies whose questionnaires have questions of every kind."""

from __future__ import annotations

from pathlib import Path

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
STUDIES = {"every_kind": EVERY_KIND, "awkward": AWKWARD}


def write_study(folder: Path, codebook: str, config: str = CONFIG) -> Path:
    """A folder with a config and a codebook; nobody has answered yet."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "codebook.yaml").write_text(codebook, encoding="utf-8")
    return folder
