"""Writes what the descriptions of options in `study/config.py` are shown by: `python -m tests.options`.

That is the comments of the bundled `config.yaml`, whose values and notes stay as they are, and the schema by
which editors complete the config of a study.
"""

from __future__ import annotations

from smartcity_survey.new_wave.comments import SCHEMA, commented, schema_text
from tests.conftest import REPOSITORY

CONFIG = REPOSITORY / "config.yaml"
SHIPPED_SCHEMA = REPOSITORY / "src/smartcity_survey/new_wave" / SCHEMA

if __name__ == "__main__":
    CONFIG.write_text(commented(CONFIG.read_text(encoding="utf-8")), encoding="utf-8")
    SHIPPED_SCHEMA.write_text(schema_text(), encoding="utf-8")
