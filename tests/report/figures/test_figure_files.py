"""The files of a figure: text as text, size, one drawing for all of them, and the line at the foot."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL.PngImagePlugin import PngImageFile
from pypdf import PdfReader

from smartcity_survey.report.figures import (
    FIGURES,
    draw_all,
    drawing,
    foot,
    plot_coefficients,
    plot_scree,
    save,
)
from smartcity_survey.report.figures.files import _numbered
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting

Tables = dict[str, pd.DataFrame]


def test_text_of_an_svg_is_text_in_typefaces_with_kazakh_letters(
    tables: Tables, setting: MakeSetting, tmp_path: Path
) -> None:
    svg, _, _ = save(plot_coefficients(tables["hypotheses"], setting("kk")), tmp_path / "path")
    content = svg.read_text(encoding="utf-8")
    assert "Қолдану жеңілдігі" in content
    families = set(re.findall(r"font(?:-family)?: ([^;\"]*)", content))
    assert families
    assert all("'DejaVu Sans', Verdana, Arial, sans-serif" in one for one in families if "Sans" in one)
    assert "Survey Sans" not in content


def test_spaces_between_parts_of_a_label_do_not_collapse(
    tables: Tables, setting: MakeSetting, tmp_path: Path
) -> None:
    svg, _, _ = save(plot_coefficients(tables["hypotheses"], setting("en")), tmp_path / "c")
    content = svg.read_text(encoding="utf-8")
    assert "Trust\u00a0  H1" in content


def test_png_has_300_dots_per_inch(tables: Tables, setting: MakeSetting, tmp_path: Path) -> None:
    _, png, _ = save(plot_scree(tables["eigenvalues"], setting("en")), tmp_path / "scree", "n = 40")
    image = PngImageFile(png)
    assert image.width == pytest.approx(7.2 * 300, abs=2)
    assert image.info["dpi"][0] == pytest.approx(300, abs=1)
    assert png.stat().st_size < 150_000
    frequent = sorted(image.convert("RGB").getcolors(1 << 24) or [])[-4:]
    assert {(255, 255, 255), (0x00, 0x72, 0xB2)} <= {color for _, color in frequent}, "colours stay exact"


def test_a_figure_is_drawn_once_for_all_its_files(
    tables: Tables, setting: MakeSetting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the layout's own measuring, which renders nothing; drawing is most of the cost of a report."""
    figure = plot_coefficients(tables["hypotheses"], setting("kk"))
    drawn: list[str] = []
    draw = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda self, on: drawn.append(type(on).__name__) or draw(self, on))
    assert [path.suffix for path in save(figure, tmp_path / "c", "n = 40")] == [".svg", ".png", ".pdf"]
    assert [renderer for renderer in drawn if renderer.startswith("Mixed")] == ["MixedModeRenderer"]
    assert len(drawn) <= 2


def test_the_pdf_has_the_size_and_the_words_of_the_svg(
    tables: Tables, setting: MakeSetting, tmp_path: Path
) -> None:
    svg, png, pdf = save(plot_coefficients(tables["hypotheses"], setting("kk")), tmp_path / "c", "n = 40")
    [size] = re.findall(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg.read_text(encoding="utf-8"))
    [page] = PdfReader(pdf).pages
    width, height = page.mediabox[2:]
    assert (width, height) == (pytest.approx(float(size[0]), abs=0.1), pytest.approx(float(size[1]), abs=0.1))
    assert PngImageFile(png).height == pytest.approx(float(size[1]) / 72 * 300, abs=2)
    words = page.extract_text().replace("\u00a0", " ")
    assert "Қолдану жеңілдігі" in words
    # As wide as in the layout: three blanks are three.
    assert re.search(r"\S   H1", words)
    assert "n = 40" in words
    typefaces = {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
    assert all("+DejaVuSans" in name for name in typefaces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_foot_says_reconstructed_and_of_how_many(setting: MakeSetting, language: Language) -> None:
    there = replace(setting(language), reconstruction=True)
    assert there.wording["page.reconstruction_title"] in foot({"n": 40}, there)
    assert foot({"n": 40}, there).endswith("n = 40")
    assert foot({"n": 40}, setting(language)) == "n = 40"


def test_every_figure_of_a_reconstruction_says_so(
    reports: Path, setting: MakeSetting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "SUFFIXES", (".svg",))
    there = replace(setting("en"), reconstruction=True)
    names = draw_all(reports, tmp_path, there)
    assert set(names) == set(FIGURES)
    for name in names:
        assert foot({"n": 40}, there) in (tmp_path / f"{name}.svg").read_text(encoding="utf-8"), name


def test_the_foot_covers_no_legend(tables: Tables, setting: MakeSetting, tmp_path: Path) -> None:
    """Legends outside the panels keep their place though the page grows by the foot."""
    svg, _, _ = save(plot_scree(tables["eigenvalues"], setting("ru")), tmp_path / "scree", "n = 40")
    found = re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>([^<]*)', svg.read_text(encoding="utf-8"))
    height = {text: float(y) for y, text in found}
    assert height["n = 40"] - height["опрос"] > 8


def test_parts_are_named_by_kind_and_order_and_not_by_their_last_bits() -> None:
    """Matplotlib names clips and markers by every bit of their shape."""
    shape = (
        b'<clipPath id="p%s"/><path id="m0123456789"/><g clip-path="url(#p%s)"/><use href="#m0123456789"/>'
    )
    drawn = [b"<svg>" + shape % (name, name) + b"</svg>" for name in (b"00aa11bb22", b"cc33dd44ee")]
    first, second = map(_numbered, drawn)
    assert first == second
    assert b'id="clip_1"' in first
    assert first.count(b"#clip_1") == first.count(b"#marker_2") == 1
