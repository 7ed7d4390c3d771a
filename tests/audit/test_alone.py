"""The audit is useful without the survey: what it imports, and that it runs where nothing of a study is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIBRARY = Path(__file__).parent / "papers" / "library.yaml"
# What only the analysis of a survey needs.
FOREIGN = (
    "snakemake", "matplotlib", "pyreadstat", "openpyxl", "python_calamine", "statsmodels", "sklearn",
    "smartcity_survey.stages", "smartcity_survey.workflow", "smartcity_survey.data",
    "smartcity_survey.report", "smartcity_survey.check", "smartcity_survey.reconstruct",
    "smartcity_survey.stats",
)  # fmt: skip
SCRIPT = """
import sys
from smartcity_survey import audit
findings = audit.run({paper!r}, {language!r})
assert len(findings) > 50
print(*sorted(name for name in sys.modules if name.startswith({foreign!r})))
"""


def run(folder: Path, language: str) -> str:
    code = SCRIPT.format(paper=str(LIBRARY), language=language, foreign=FOREIGN)
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def test_the_audit_runs_without_stages_workflow_data_or_report(tmp_path: Path) -> None:
    """In an empty folder, and without a module of the analysis being loaded."""
    assert run(tmp_path, "en") == ""
    assert run(tmp_path, "kk") == ""


def test_a_paper_is_drafted_without_them_too(tmp_path: Path) -> None:
    page = "<p>Table 1. Coefficients</p><table><tr><th></th><th>B</th><th>SE</th><th>t</th></tr>"
    page += "<tr><td>Trust</td><td>0.50</td><td>0.10</td><td>5.00</td></tr></table>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from smartcity_survey.new_paper import start_new_paper\n"
        "start_new_paper(Path('folder'), Path('a.html'))\n"
        f"print(*sorted(n for n in sys.modules if n.startswith({FOREIGN!r})))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip() == ""
