"""Check: everything that can be known to be wrong before anything runs."""

from smartcity_survey.check.study import Checked, check_study

__all__ = ["Checked", "check_study"]
