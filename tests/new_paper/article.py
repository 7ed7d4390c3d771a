"""One invented article with tables of published numbers, as Word, PDF, workbook and pages of publishers.

Table 2 holds loadings, AVE and composite reliability of PMC8359917 (Table 3), whose BI1 is mistyped; Table 3
the first model of PMC7710521 (Table 2). The other tables and all words are made up here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import docx
import typst
from docx.oxml.ns import qn
from openpyxl import Workbook

Rows = Sequence[Sequence[str]]

MEASUREMENT = [
    ("Construct", "Item", "Loading", "AVE", "Composite reliability"),
    ("Attitude", "ATT1", "0.925", "0.878", "0.935"),
    ("Attitude", "ATT2", "0.949", "0.878", "0.935"),
    ("Intention", "BI1", "0.649", "0.578", "0.720"),
    ("Intention", "BI2", "0.924", "0.578", "0.720"),
    ("Usefulness", "PU1", "0.857", "0.687", "0.898"),
    ("Usefulness", "PU2", "0.826", "0.687", "0.898"),
    ("Usefulness", "PU3", "0.866", "0.687", "0.898"),
    ("Usefulness", "PU4", "0.763", "0.687", "0.898"),
]
TABLES: list[tuple[str, Rows]] = [
    (
        "Respondents by gender",
        [("Gender", "n (%)"), ("Women", "156 (52.0)"), ("Men", "144 (48.0)")],
    ),
    ("Measurement model", MEASUREMENT),
    (
        "Regression coefficients of model 1",
        [
            ("Predictor", "B", "Std. Error", "Beta", "t", "Sig."),
            ("(Constant)", "6.77", "0.40", "", "16.97", "<0.001"),
            ("Status", "–0.04", "0.05", "–0.06", "–0.87", "0.384"),
            ("Subjective norm", "0.00", "0.01", "–0.02", "–0.32", "0.753"),
            ("Appraisal", "0.23", "0.09", "0.17", "2.47", "0.014"),
        ],
    ),
    (
        "Correlations of the constructs",
        [
            ("Construct", "1", "2", "3"),
            ("1. Attitude", "", "", ""),
            ("2. Intention", "0.62**", "", ""),
            ("3. Usefulness", "0.55**", "0.13*", ""),
        ],
    ),
]
TEXT = (
    "We asked 300 residents of two cities; 52.0% of them were women (Table 1).",
    "Appraisal predicted the outcome (β = 0.17, see Table 3); groups differed, F(2, 297) = 4.10, p = .018.",
    "All factor loadings were above the recommended 0.50 (Table 2).",
)

EXPECTED = {
    "table_01.csv": "row,n,percent\nWomen,156,52.0\nMen,144,48.0\n",
    "table_03.csv": (
        "row,label,b,std_error,beta,t,p\n(Constant),(Constant),6.77,0.40,,16.97,<0.001\n"
        "Status,Status,–0.04,0.05,–0.06,–0.87,0.384\n"
        "Subjective_norm,Subjective norm,0.00,0.01,–0.02,–0.32,0.753\n"
        "Appraisal,Appraisal,0.23,0.09,0.17,2.47,0.014\n"
    ),
    "table_04.csv": (
        "row,label,1._Attitude,2._Intention,3._Usefulness\n1._Attitude,1. Attitude,,,\n"
        "2._Intention,2. Intention,0.62**,,\n3._Usefulness,3. Usefulness,0.55**,0.13*,\n"
    ),
}


def spans(rows: Rows) -> list[list[tuple[str, int]]]:
    """Cells with how many rows each covers; in Table 2 those of a construct are merged."""
    merged = rows is MEASUREMENT
    out: list[list[tuple[str, int]]] = []
    for i, row in enumerate(rows):
        cells = []
        for j, text in enumerate(row):
            same = merged and i > 0 and j in {0, 3, 4}
            if same and rows[i - 1][0] == row[0] and i > 1:
                continue
            deep = sum(other[0] == row[0] for other in rows[i:]) if same else 1
            cells.append((text, deep))
        out.append(cells)
    return out


def as_word(file: Path) -> None:
    document = docx.Document()
    document.add_heading("A small study", 1)
    for text in TEXT:
        document.add_paragraph(text)
    for number, (caption, rows) in enumerate(TABLES, start=1):
        label = document.add_paragraph("Table ")
        # Word numbers captions by a field, whose result stands in a run of its own.
        field = label._p.makeelement(qn("w:fldSimple"), {qn("w:instr"): " SEQ Table "})
        run = label.add_run(str(number))._r
        field.append(run)
        label._p.append(field)
        label.add_run(f". {caption}")
        table = document.add_table(len(rows), len(rows[0]))
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                table.cell(i, j).text = text
        if rows is MEASUREMENT:
            for j in (0, 3, 4):
                for first, last in ((1, 2), (3, 4), (5, 8)):
                    for i in range(first + 1, last + 1):
                        table.cell(i, j).text = ""
                    table.cell(first, j).merge(table.cell(last, j))
        document.add_paragraph("Note. All numbers are rounded.")
    document.save(str(file))


def _html_table(rows: Rows) -> str:
    lines = []
    for i, cells in enumerate(spans(rows)):
        tag = "td" if i else "th"
        row = "".join(
            f"<{tag}{f' rowspan={deep}' if deep > 1 else ''}>{text.replace('<', '&lt;')}</{tag}>"
            for text, deep in cells
        )
        lines.append(f"<tr>{row}</tr>")
    return f"<table><thead>{lines[0]}</thead><tbody>{''.join(lines[1:])}</tbody></table>"


def as_archive_page(file: Path) -> None:
    """Label and caption in blocks of their own above the table, as a repository of open access has it."""
    body = "".join(f"<p>{text}<sup><a href='#B1'>1</a></sup></p>" for text in TEXT)
    for number, (caption, rows) in enumerate(TABLES, start=1):
        body += (
            f'<section class="tw"><h4>Table {number}.</h4><div class="caption"><p>{caption}</p>'
            f'</div><div class="tbl-box"><div>{_html_table(rows)}</div></div>'
            '<div class="tw-foot"><p>Note. Rounded.</p></div></section>'
        )
    body += "<h2>References</h2><p>Table 9 of another work gives 77.7% of 9999 respondents.</p>"
    head = "<meta charset='utf-8'><title>Table 7. x</title><script>Table 8. y</script>"
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    file.write_text(page, encoding="utf-8")


def as_publisher_page(file: Path) -> None:
    """Tables in hidden boxes with the caption inside, after a picture of the table with its caption again."""
    body = "".join(f"<div class='html-p'>{text}</div>" for text in TEXT)
    for number, (caption, rows) in enumerate(TABLES, start=1):
        body += (
            f'<div class="html-table-wrap"><div class="html-tablepopup"><img alt="table"></div>'
            f'<div class="html-table_wrap"><a href="#t{number}"><b>Table {number}.</b></a> {caption}.'
            f'</div></div><div class="html-table_show mfp-hide">'
            f'<div class="html-caption"><b>Table {number}.</b> {caption}.</div>'
            f"{_html_table(rows)}</div>"
        )
    file.write_text(
        f"<html><body><div id='main'>{body}</div></body></html>",
        encoding="cp1252",
        errors="xmlcharrefreplace",
    )


def as_pdf(file: Path, *, columns: int = 1) -> None:
    """Tables with three rules and none between columns, as journals print them; captions above."""
    parts = [
        # So low that the second column is needed.
        f"#set page(width: 21cm, height: {29.7 if columns == 1 else 13}cm, margin: 2cm, columns: {columns})",
        "#set text(size: 9pt)",
        "= A small study",
        *(text.replace("<", "\\<").replace("#", "\\#") for text in TEXT),
    ]
    for number, (caption, rows) in enumerate(TABLES, start=1):
        cells = []
        for i, row in enumerate(spans(rows)):
            for text, deep in row:
                shown = text.replace("<", "\\<").replace("*", "\\*")
                # Typst would take "1." for a numbered list.
                cell = f"#text[{shown}]" if shown[:1].isdigit() and ". " in shown else shown
                cells.append(f"table.cell(rowspan: {deep}, align: top)[{cell}]" if deep > 1 else f"[{cell}]")
            if i == 0:
                cells.append("table.hline()")
        parts.append(f"Table {number}. {caption}")
        parts.append(
            f"#table(columns: {len(rows[0])}, stroke: none, table.hline(), {', '.join(cells)}, table.hline())"
        )
        parts.append("_Note._ All numbers are rounded.")
    source = file.with_suffix(".typ")
    source.write_text("\n\n".join(parts), encoding="utf-8")
    typst.compile(str(source), output=str(file))


def as_workbook(file: Path) -> None:
    """A sheet for each table, numbers as numbers with a format, as programs export them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Text"
    for text in TEXT:
        sheet.append([text])
    for number, (caption, rows) in enumerate(TABLES, start=1):
        sheet = book.create_sheet(f"T{number}")
        sheet.append([f"Table {number}. {caption}"])
        for i, row in enumerate(rows, start=2):
            for j, text in enumerate(row, start=1):
                plain = text.replace("–", "-")
                number_like = i > 2 and plain.replace("-", "").replace(".", "").isdigit() and "." in plain
                cell = sheet.cell(i, j, float(plain) if number_like else text or None)
                if number_like:
                    cell.number_format = "0." + "0" * len(plain.partition(".")[2])
    book.save(file)
