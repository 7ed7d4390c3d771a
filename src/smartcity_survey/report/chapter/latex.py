"""All tables as LaTeX: booktabs, one longtable each, in a file that compiles as it is or is copied from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smartcity_survey.report.chapter.layout import cell_text, column_shares
from smartcity_survey.report.chapter.whole import Whole
from smartcity_survey.report.contents import Entry
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table

_MANY = 9
"""Tables of more columns are set across the page."""

PREAMBLE = r"""% {made}
% pdflatex, xelatex and lualatex all compile this file; each table may be copied into a text of yours.
\documentclass[10pt,a4paper]{{article}}
\usepackage{{iftex}}
\ifPDFTeX
  \usepackage[{encoding}]{{fontenc}}
  \usepackage[utf8]{{inputenc}}
\else
  \usepackage{{fontspec}}
  \setmainfont{{DejaVu Serif}}
\fi
\usepackage[margin=2cm]{{geometry}}
\usepackage{{amssymb,array,booktabs,longtable,pdflscape,textcomp}}
\newcolumntype{{L}}[1]{{>{{\raggedright\arraybackslash}}p{{#1}}}}
\newcolumntype{{R}}[1]{{>{{\raggedleft\arraybackslash}}p{{#1}}}}
\setlength{{\tabcolsep}}{{2pt}}
\renewcommand{{\tablename}}{{{label}}}
\begin{{document}}
\footnotesize
"""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "[": "{[}",
    "]": "{]}",
}
"""Characters that mean something to LaTeX."""
_GREEK = {
    **{"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "η": "eta", "θ": "theta"},
    **{"κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ρ": "rho", "σ": "sigma", "τ": "tau"},
    **{"φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Δ": "Delta", "Σ": "Sigma"},
}
_MATHS = {
    **{letter: rf"\ensuremath{{\{name}}}" for letter, name in _GREEK.items()},
    **{
        sign: rf"\ensuremath{{{name}}}"
        for sign, name in {
            "−": "-",
            "→": r"\rightarrow{}",
            "≥": r"\geq{}",
            "≤": r"\leq{}",
            "<": "<",
            ">": ">",
            "±": r"\pm{}",
            "×": r"\times{}",
            "∞": r"\infty{}",
            "≈": r"\approx{}",
            "∗": "*",
            "·": r"\cdot{}",
            "√": r"\surd{}",
            "|": "|",
            **{sign: f"^{{{digit}}}" for sign, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)},
            **{sign: f"_{{{digit}}}" for sign, digit in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)},
        }.items()
    },
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "\u202f": r"\,",
    "\u00a0": "~",
    "“": "``",
    "”": "''",
    "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}",
    "’": "'",
    "№": r"\textnumero{}",
    "✓": r"\checkmark{}",
}
"""Characters that fonts of text may lack."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ESCAPED = re.compile("|".join(map(re.escape, (*_SPECIAL, *_MATHS))))


def escaped(text: str) -> str:
    """A text as LaTeX prints it."""
    return _ESCAPED.sub(lambda found: _SPECIAL.get(found[0]) or _MATHS[found[0]], text)


def latex_file(tables: Whole, manifest: Mapping[str, Any], setting: Setting) -> str:
    """The tables of a finished run as the text of a .tex file."""
    wording = setting.wording
    notes = [wording["chapter.reconstructed"]] if manifest["reconstruction"] else []
    written = []
    for entry, table in tables:
        told = " ".join((*table.notes, *notes))
        note = rf"\emph{{{escaped(wording['chapter.note'])}}} {escaped(told)}" if told else ""
        written.append("\n".join(_table(entry, table, wording[f"tables.{entry.name}.title"], note)))
    preamble = PREAMBLE.format(
        made=wording.fill("page.footer", version=manifest["packages"]["smartcity_survey"]),
        encoding="T2A" if _CYRILLIC.search("".join(written)) else "T1",
        label=wording["chapter.sequence.table"],
    )
    return "\n".join([preamble, *written, r"\end{document}", ""])


def _table(entry: Entry, table: Table, title: str, note: str) -> Iterator[str]:
    columns = len(table.headings)
    wide = columns > _MANY
    # The space between columns is no part of their widths.
    columns_of = [
        rf"{'R' if numeric else 'L'}{{\dimexpr {share:.4f}\linewidth-2\tabcolsep}}"
        for share, numeric in zip(column_shares(table), table.numeric, strict=True)
    ]
    head = " & ".join(escaped(heading) for heading in table.headings) + r" \\"
    yield f"% {entry.name}"
    if wide:
        yield r"\begin{landscape}"
    yield rf"\begin{{longtable}}{{{''.join(columns_of)}}}"
    yield rf"\caption{{{escaped(title)}}}\label{{tab:{entry.name.replace('_', '-')}}}\\"
    yield rf"\toprule {head} \midrule \endfirsthead"
    yield rf"\toprule {head} \midrule \endhead"
    yield r"\bottomrule \endfoot"
    for group in table.groups:
        if group.heading:
            yield _across(columns, group.heading)
        for number, line in enumerate(group.lines):
            yield " & ".join(escaped(cell_text(one)) for one in line) + r" \\"
            if group.remarks and group.remarks[number]:
                yield _across(columns, " ".join(group.remarks[number]))
    yield r"\end{longtable}"
    yield rf"{{\scriptsize {note}\par}}" if note else ""
    if wide:
        yield r"\end{landscape}"


def _across(columns: int, text: str) -> str:
    width = r"\dimexpr\linewidth-2\tabcolsep"
    return rf"\multicolumn{{{columns}}}{{L{{{width}}}}}{{\emph{{{escaped(text)}}}}} \\"
