"""`python -m smartcity_survey` is the command `smartcity-survey`."""

from smartcity_survey.cli import main

main()
