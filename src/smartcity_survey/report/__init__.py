"""The report: tables, figures and the page, in the language of the reader. Only here are numbers rounded."""
