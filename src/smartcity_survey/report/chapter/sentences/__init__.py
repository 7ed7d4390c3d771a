"""What the chapter says: one function for each section of `plan.yaml`, which yields its paragraphs.

A paragraph is text with marks (`document.runs_of`) and citations. Every number in it comes from a stage
file, an estimator card or the configuration; what the run has not made is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from smartcity_survey.report.chapter.facts import Facts
from smartcity_survey.report.chapter.sentences.data import answers, factors, sample
from smartcity_survey.report.chapter.sentences.hypotheses import groups, hypotheses, waves
from smartcity_survey.report.chapter.sentences.measurement import measurement
from smartcity_survey.report.chapter.sentences.methods import methods
from smartcity_survey.report.chapter.sentences.regression import regression
from smartcity_survey.report.chapter.sentences.robustness import limitations, robustness
from smartcity_survey.report.chapter.sentences.structural import structural

SECTIONS: Mapping[str, Callable[[Facts], Iterator[str]]] = {
    "methods": methods,
    "sample": sample,
    "answers": answers,
    "factors": factors,
    "measurement": measurement,
    "structural": structural,
    "regression": regression,
    "hypotheses": hypotheses,
    "groups": groups,
    "waves": waves,
    "robustness": robustness,
    "limitations": limitations,
}
"""Section -> what yields its paragraphs."""
