"""For notebooks: declare a model, fit it to a data frame, look at tables that name items and constructs.

No statistics are computed here: each function asks the numeric core and puts names to its record, which stays
at hand as `record`. `smartcity_survey/__init__.pyi` lists what is offered; docs/notebook.md shows it.
"""
