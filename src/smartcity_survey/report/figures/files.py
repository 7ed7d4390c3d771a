"""A drawn figure as svg, pdf and png: drawn once, as svg, from which Typst makes the pdf and PDFium the png.

Matplotlib would draw the figure anew for each file, and its pdf and png take five times as long as these.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pypdfium2
import typst
from PIL import Image
from scipy.spatial import KDTree

from smartcity_survey.report.fonts import FAMILY, font_file

DPI = 300
"""Dots per inch of a png."""
PALETTE = 255
"""Colours of a png."""
FONT_STACK = "'DejaVu Sans', Verdana, Arial, sans-serif"
"""What the text of an svg is set in: all have the Kazakh letters, and none is wider than the first, in which
the layout is made."""
MARK = "mark:"
"""What begins the name of a part that tells its numbers; its words follow, as hexadecimal digits."""
_BY_CONTENT = re.compile(r'(?<=\bid=")(p|m|h|image)[0-9a-f]{10}(?=")')
"""Names that matplotlib makes of every bit of a shape: of clips, markers, hatches and images."""
_KINDS = {"p": "clip", "m": "marker", "h": "hatch", "image": "image"}
_MARKED = re.compile(rf'<g id="{MARK}([^"]*)">')
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')
_TEXT = re.compile(r"(<text[^>]*>)([^<]*)")
_PROGRAM = re.compile(rb"/Creator\s*\([^)]*\)|(?<=<xmp:CreatorTool>)[^<]*")


def svg_file(drawn: bytes) -> bytes:
    """An svg in the typeface's names on readers' machines, with spaces that do not collapse and marks that
    tell their words."""
    text = drawn.decode("utf-8").replace(f"'{FAMILY}'", FONT_STACK)
    text = _TEXT.sub(lambda m: m[1] + m[2].replace("  ", "\u00a0 "), text)
    return _MARKED.sub(_with_title, text).encode("utf-8")


def _with_title(mark: re.Match[str]) -> str:
    words = bytes.fromhex(mark[1]).decode("utf-8")
    return f'<g class="mark"><title>{escape(words)}</title>'


def pdf_file(drawn: bytes) -> bytes:
    """A page of the figure's size, its text as text in the figures' typeface; no date, no program."""
    text = drawn.decode("utf-8").replace(f"'{FAMILY}'", FONT_STACK)
    text = _TEXT.sub(lambda m: m[1] + m[2].replace("  ", "\u00a0\u00a0"), text)
    size = _SIZE.search(text)
    if size is None:
        raise ValueError("an svg without width and height in points")
    box = f"width: {size[1]}pt, height: {size[2]}pt"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    source = (
        f"#set document(date: none)\n#set page({box}, margin: 0pt)\n"
        f'#image(bytes("{escaped}"), format: "svg", {box})'
    )
    made = _compiler().compile(source.encode("utf-8"), format="pdf", pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF")
    # Blanks in its place: what follows is found by where it begins.
    return _PROGRAM.sub(lambda m: b" " * len(m[0]), made)


def png_file(pdf: bytes) -> bytes:
    """The page at 300 dots per inch, in a palette of its most frequent colours: the file is much smaller.

    They stay exact, the ground pure white; only pixels at the rims of letters and lines take the nearest.
    """
    pixels = _pixels(pdf)
    # A figure is mostly of runs of one colour: what is looked up is looked up once for a run.
    flat = pixels.reshape(-1, 4).view(np.uint32).ravel()
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]]))
    lengths = np.diff(np.append(starts, flat.size))
    which, found = pd.factorize(flat[starts], sort=True)  # np.unique would sort every run
    counts = np.bincount(which, weights=lengths)
    colors = found.view(np.uint8).reshape(-1, 4)[:, :3]
    order = np.lexsort((colors[:, 2], colors[:, 1], colors[:, 0], -counts))
    standing, nearest = _palette(colors[order])
    index = np.empty(len(found), dtype=np.uint8)
    index[order] = nearest
    small = Image.fromarray(np.repeat(index[which], lengths).reshape(pixels.shape[:2]))
    small.putpalette(standing.tobytes())
    content = io.BytesIO()
    small.save(content, format="png", compress_level=6, dpi=(DPI, DPI))
    return content.getvalue()


def _numbered(drawn: bytes) -> bytes:
    """An svg whose parts are named by what they are and in the order that they come in: two processors put a
    line into the same place, but not to the last bit."""
    text = drawn.decode("utf-8")
    names: dict[str, str] = {}
    for found in _BY_CONTENT.finditer(text):
        names.setdefault(found[0], f"{_KINDS[found[1]]}_{len(names) + 1}")
    if not names:
        return drawn
    return re.sub("|".join(names), lambda m: names[m[0]], text).encode("utf-8")


def files_of(drawn: bytes) -> Iterator[tuple[str, bytes]]:
    """Ending and content of each file of a figure, from the svg that matplotlib drew."""
    drawn = _numbered(drawn)
    yield ".svg", svg_file(drawn)
    pdf = pdf_file(drawn)
    yield ".png", png_file(pdf)
    yield ".pdf", pdf


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=[str(font_file().parent)], ignore_system_fonts=True)


def _pixels(pdf: bytes) -> Any:
    """Red, green, blue and a constant of every pixel of a page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=DPI / 72, rev_byteorder=True, prefer_bgrx=True)
        return bitmap.to_numpy().copy()
    finally:
        document.close()


def _palette(colors: Any) -> tuple[Any, Any]:
    """The colours of the palette, and the number of the nearest of them to each colour.

    Colours alike in six bits a channel are one: the most frequent of them, the first, stands for all.
    """
    red, green, blue = np.moveaxis(colors.astype(np.int32) >> 2, 1, 0)
    cells: Any = (red << 12) | (green << 6) | blue
    _, first, which = np.unique(cells, return_index=True, return_inverse=True)
    standing = colors[np.sort(first)[:PALETTE]]
    nearest: Any = KDTree(standing).query(colors[first])[1]
    return standing, nearest[which].astype(np.uint8)
