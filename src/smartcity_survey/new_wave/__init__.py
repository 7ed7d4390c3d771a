"""New wave: config and codebook drafted from what a survey file says about itself."""

from smartcity_survey.new_wave.start import start_new_wave

__all__ = ["start_new_wave"]
