"""New paper: the folder of another paper drafted from its document, for the audit."""

from smartcity_survey.new_paper.start import start_new_paper

__all__ = ["start_new_paper"]
