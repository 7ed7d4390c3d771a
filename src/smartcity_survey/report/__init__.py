"""The report: tables, figures and the page, in the language of the reader. Only here are numbers rounded.

To show a further table: a line in `contents.yaml`; its title, new column headings and new codes in the three
files under `locale/`; a small stage file of that name in `tests/report/study/tables/`. The tests say what is
missing. A further figure: a function in `figures/` that takes frames and a `Setting`, its entry in
`figures.FIGURES`, a line in `contents.yaml`, and its wording.
"""
