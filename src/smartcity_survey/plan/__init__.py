"""The next wave: how many to ask, whom, and with which questionnaire."""
