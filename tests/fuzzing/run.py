"""Tries one reader by atheris, which looks for new ways through it: `python -m tests.fuzzing.run csv 600`."""

from __future__ import annotations

import sys
import tempfile

import atheris

# Where bytes are taken apart; all of the package would take minutes to prepare.
READ_BY = [
    *("smartcity_survey.data", "smartcity_survey.parsing", "smartcity_survey.audit", "yaml"),
    *("smartcity_survey.new_wave", "smartcity_survey.new_paper"),
]
with atheris.instrument_imports(include=READ_BY, enable_loader_override=False):
    from tests.fuzzing.targets import CORPUS, tried


def main() -> None:
    """Read the target and the seconds; what is found is written to build/fuzz, new inputs are thrown away."""
    target, seconds = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as new:
        limits = [f"-max_total_time={seconds}", "-timeout=30", "-rss_limit_mb=3000", "-max_len=30000"]
        where = [f"-artifact_prefix=build/fuzz/{target}-", new, str(CORPUS / target)]
        atheris.Setup([sys.argv[0], *limits, *where], lambda content: tried(target, content))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
