"""All tables as LaTeX: booktabs, one longtable each, in a file that compiles as it is or is copied from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smartcity_survey.report.breaks import SOFT_HYPHEN
from smartcity_survey.report.chapter.layout import ANYWHERE, column_shares, fitted
from smartcity_survey.report.chapter.whole import Whole
from smartcity_survey.report.contents import Entry
from smartcity_survey.report.one_line import cell_text
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table

_MANY = 9
"""Tables of more columns are set across the page."""

PREAMBLE = r"""% {made}
% pdflatex, xelatex and lualatex all compile this file; each table may be copied into a text of yours.
% \codepoint marks a letter that few fonts have: pdflatex writes its number, the others the letter itself.
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
\newcommand{{\codepoint}}[1]{{\ifPDFTeX[U+#1]\else\char"#1\relax\fi}}
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
            "≠": r"\neq{}",
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
    SOFT_HYPHEN: r"\-",
    ANYWHERE: r"\allowbreak{}",
}
"""Characters that fonts of text may lack."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_KNOWN = re.compile("|".join(map(re.escape, (*_SPECIAL, *_MATHS))))
_UNKNOWN = re.compile(r"[^\n\u0020-\u017e\u0400-\u045f\u0490-\u04ff‘‚“”„†‡•…‰‹›€™]")
"""Characters of labels that pdflatex knows none of; the other engines set them where the font has them."""


def escaped(text: str) -> str:
    """A text as LaTeX prints it."""

    def known(found: re.Match[str]) -> str:
        return _SPECIAL.get(found[0]) or _MATHS[found[0]]

    def unknown(found: re.Match[str]) -> str:
        return rf"\codepoint{{{ord(found[0]):X}}}"

    return _UNKNOWN.sub(unknown, _KNOWN.sub(known, text))


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
    shares = column_shares(table)
    columns_of = [
        rf"{'R' if numeric else 'L'}{{\dimexpr {share:.4f}\linewidth-2\tabcolsep}}"
        for share, numeric in zip(shares, table.numeric, strict=True)
    ]

    def row(texts: Iterable[str]) -> str:
        cells = (escaped(fitted(text, share)) for text, share in zip(texts, shares, strict=True))
        return " & ".join(cells) + r" \\"

    head = row(table.headings)
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
            yield row(map(cell_text, line))
            if group.remarks and group.remarks[number]:
                yield _across(columns, " ".join(group.remarks[number]))
    yield r"\end{longtable}"
    yield rf"{{\scriptsize {note}\par}}" if note else ""
    if wide:
        yield r"\end{landscape}"


def _across(columns: int, text: str) -> str:
    width = r"\dimexpr\linewidth-2\tabcolsep"
    return rf"\multicolumn{{{columns}}}{{L{{{width}}}}}{{\emph{{{escaped(text)}}}}} \\"
