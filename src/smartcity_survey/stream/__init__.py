"""`smartcity-survey stream`: a survey file that memory does not hold, analysed in one pass over its rows."""
