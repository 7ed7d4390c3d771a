"""What makes residents accept the smart city: a survey analysis from raw answers to verdicts."""

from importlib.metadata import version

__version__ = version("smartcity_survey")
