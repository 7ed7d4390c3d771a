"""Read: a survey file as delivered becomes numbers, with every missing answer accounted for."""

from smartcity_survey.data.read.survey import Responses, read_slices, read_survey
from smartcity_survey.study.codebook import RESPONDENT

__all__ = ["RESPONDENT", "Responses", "read_slices", "read_survey"]
