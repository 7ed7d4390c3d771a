"""`smartcity-survey questionnaire`: the form for the next wave, on screens and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.io import join_names, remove, write_bytes, write_text
from smartcity_survey.locales import LANGUAGES
from smartcity_survey.parsing import read_yaml
from smartcity_survey.plan.codebook import fitting_codebook
from smartcity_survey.plan.names import IDENTIFIERS, is_form_name
from smartcity_survey.plan.questionnaire import Questionnaire, questionnaire_of
from smartcity_survey.plan.word import word_questionnaire
from smartcity_survey.plan.xlsform import is_given, xlsform
from smartcity_survey.study.codebook import read_codebook, text
from smartcity_survey.study.config import Config, read_config

FORM, CODEBOOK = "questionnaire.xlsx", "codebook_of_form.yaml"


@dataclass(frozen=True, slots=True)
class Written:
    """Files that were written, in their order, and what is to be known or done."""

    files: tuple[Path, ...]
    said: tuple[str, ...]


def write_questionnaire(folder: Path, out: Path) -> Written:
    """Write the questionnaire of a study's codebook: an XLSForm, and a Word file in each language.

    The codebook is written too where the answers would not fit the study's own.

    Raises
    ------
    SurveyError
        where config or codebook cannot be read, or no language has all the words.
    """
    config = read_config(folder / "config.yaml")
    path = folder / config.data.codebook
    codebook = read_codebook(path)
    cluster = config.data.cluster
    # Where the codebook asks for it, it is not asked again.
    asked = None if cluster in codebook.columns().values() else cluster
    beside = [name for name in (config.data.respondent, asked) if name is not None and is_form_name(name)]
    form = questionnaire_of(codebook, config.study.language, config.data.codebook, beside)
    form = _titled(form, config)
    fitting = out / CODEBOOK
    # The study may have taken it for its own since.
    in_use = fitting.resolve() == path.resolve()
    if form.changes and in_use:
        raise SurveyError(
            str(path),
            "the codebook of the form would take the place of the study's own.",
            "Choose another folder with `--out`, or give the codebook another name.",
        )
    opens = config.study.language if config.study.language in form.languages else form.languages[0]
    titles = {one: text(config.study.title, one, "config.yaml, study.title") for one in form.languages}
    files = {FORM: xlsform(form, titles[opens], opens, config.data.respondent, asked)}
    for language, title in titles.items():
        content = word_questionnaire(form, title, language, asked)
        files[f"questionnaire.{language}.docx"] = content
    for language in LANGUAGES:
        if language not in form.languages:
            remove(out / f"questionnaire.{language}.docx")
    for name, content in files.items():
        write_bytes(content, out / name)
    written = [out / name for name in files]
    if form.changes:
        write_text(fitting_codebook(read_yaml(path), form.changes, str(path)), fitting)
        written.append(fitting)
    elif not in_use:
        remove(fitting)
    return Written(tuple(written), tuple(_said(form, config, out)))


def _titled(form: Questionnaire, config: Config) -> Questionnaire:
    """The questionnaire in the languages that the study's title is given in too."""
    title = config.study.title
    if isinstance(title, str):
        return form
    languages = tuple(language for language in form.languages if language in title)
    if not languages:
        raise SurveyError(
            "config.yaml, study.title",
            f"no text in `{form.languages[0]}`.",
            "Add it there: all other words of the questionnaire are given in it.",
        )
    untitled = {one: "config.yaml, study.title" for one in form.languages if one not in languages}
    return replace(form, languages=languages, incomplete={**untitled, **form.incomplete})


def _said(form: Questionnaire, config: Config, out: Path) -> Iterator[str]:
    n = len(form.questions)
    languages = counted(len(form.languages), "language")
    yield f"The questionnaire has {counted(n, 'question')} in {languages}: {join_names(form.languages)}."
    for language, place in form.incomplete.items():
        yield f"There is no questionnaire in `{language}`: {place} has no text in it."
    if form.unworded:
        items = f"{counted(len(form.unworded), 'item')} ({join_names(form.unworded)})"
        yield (
            f"The wording of {items} is not known: "
            f"write it under `wording` in {config.data.codebook}, for the labels only name them."
        )
    if form.changes:
        changed = sorted({f"{section}.{name}" for section, name, _ in form.changes})
        yield (
            f"No form can have the columns of {join_names(changed)}: the answers fit "
            f"{(out / CODEBOOK).as_posix()}, not {config.data.codebook}."
        )
    respondent = config.data.respondent
    if respondent and not is_given(respondent) and respondent not in IDENTIFIERS:
        yield (
            f"No form can have the column {respondent}: write `data.respondent: _uuid` (KoBo) or `KEY` (ODK) "
            "for the new file."
        )
    cluster = config.data.cluster
    if cluster and not is_form_name(cluster):
        yield (
            f"No form can have the column {cluster}: give it another name under `data.cluster` for the new "
            "file."
        )
    if config.data.weight:
        yield (
            f"The form has no sampling weights: add the column {config.data.weight} to the answers, or leave "
            "out `data.weight`."
        )
