"""Detect: how a survey file is to be read, where nobody has said it yet."""

from smartcity_survey.data.detect.file import Detected, detect

__all__ = ["Detected", "detect"]
