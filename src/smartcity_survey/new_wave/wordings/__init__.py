"""Answers in words: which scale they belong to, and where each stands on it."""

from smartcity_survey.new_wave.wordings.languages import languages_of, scale_of_languages
from smartcity_survey.new_wave.wordings.numbered import is_wording, numbered_answers
from smartcity_survey.new_wave.wordings.scales import WordScale, is_no_answer, word_scale

__all__ = [
    "WordScale",
    "is_no_answer",
    "is_wording",
    "languages_of",
    "numbered_answers",
    "scale_of_languages",
    "word_scale",
]
