"""What messages ask of somebody who has the files before him, by what the page has for it."""

from __future__ import annotations

PARTS = {
    "Correct the name in the codebook (or config) or in the file.": (
        "Correct the name in the file, or say in step 2 that the column is not used."
    ),
    (
        "Take one of these paths out, or write those that run back under `model.feedback`."
    ): "Untick one of these paths in step 4.",
    (
        "Put the answers in order from lowest to highest, and take out `ordered: false`; where they have no "
        "order, take the items out of the codebook."
    ): (
        "Put the answers in order in step 2, lowest first; where they have no order, do not use these "
        "columns."
    ),
    "Put them in order under `answers`, from lowest to highest, and take out `ordered: false`.": (
        "Put them in order in step 2, lowest first."
    ),
    (
        "take it out of `answers`, number the others anew, and write it under `missing_codes` in config.yaml."
    ): "choose “Means no answer” beside it in step 2, under “Answers”.",
    (
        "number them in it: change the codes under `categories`, and those of the same answers under "
        "`spellings`. In the file are words, so the data stay as they are."
    ): "put them in it in step 2, under “Answers”.",
    "number `answers` anew, and correct `maximum`.": "take the place out in step 2, under “Answers”.",
    "another goes into `study: language` in config.yaml.": "another is chosen in `study: language`.",
    "or write into config.yaml which methods take incomplete questionnaires:": (
        "or choose methods that take incomplete questionnaires:"
    ),
    "it stands under `missing_codes`.": "it counts as none.",
    (
        "Correct it in the file, or write it under `missing_codes` in config.yaml if it means no answer."
    ): "Say in step 2, under “Answers”, whether it is an answer or means none, or correct the file.",
    (
        "codebook.yaml and config.yaml: there is one construct, so the study is about its measurement alone. "
        "Where it should be several, part its items (`construct:` of each in codebook.yaml, a line under "
        "`constructs` in both files), and write what explains what under `paths`: `- {from: [trust], to: "
        "intention}`."
    ): (
        "There is one construct, so the study is about its measurement alone. Where it should be several, "
        "part its items in step 3, and tick in step 4 what explains what."
    ),
    "look at the questionnaire, and correct `construct:` of each item.": (
        "look at the questionnaire, and correct in step 3 which construct each item measures."
    ),
    "write the title, and in `model` what explains what and which hypotheses are claimed.": (
        "write the title (step 5), and tick what explains what and which hypotheses are claimed (step 4)."
    ),
    "write labels of the constructs, and short labels of the items.": (
        "name the constructs (step 3), and give the items short labels (step 2)."
    ),
    "mark items worded the other way round by `reverse: true`; `check` names suspects.": (
        "mark items that are worded the other way round (step 3); the check names suspects (step 6)."
    ),
}
"""Part of a message in English -> what stands on the page in its place; the whole is translated after it."""


_LANGUAGE = "The language of the study is "
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}


def on_the_page(english: str) -> str:
    """A message in English, with what the page has in place of lines of files."""
    for written, own in PARTS.items():
        english = english.replace(written, own)
    for code, name in LANGUAGES.items():
        english = english.replace(f"{_LANGUAGE}`{code}`", f"{_LANGUAGE}{name}")
    return english
