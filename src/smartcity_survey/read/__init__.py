"""Read: a survey file as delivered becomes numbers, with every missing answer accounted for."""

from smartcity_survey.codebook import RESPONDENT
from smartcity_survey.read.survey import Responses, read_survey

__all__ = ["RESPONDENT", "Responses", "read_survey"]
