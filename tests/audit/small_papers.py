"""Small papers for tests: a table as CSV, a paper audited, what is wrong in it."""

from __future__ import annotations

import yaml

from smartcity_survey import audit


def table(header, lines):
    """Lines as CSV."""
    return "\n".join(",".join(map(str, line)) for line in [header, *lines]) + "\n"


def show(value, decimals=3):
    """A number as printed."""
    return f"{value:.{decimals}f}"


def judged(tmp_path, content):
    """The findings of a paper."""
    file = tmp_path / "paper.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return audit.run(file)


def wrong(findings):
    """Those that are contradictions."""
    return findings[findings["consistent"].eq(False).fillna(False)]
