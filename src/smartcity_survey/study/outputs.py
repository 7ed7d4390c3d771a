"""What a run writes for readers, as the section `report` of `config.yaml` says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from smartcity_survey.parsing import Section

Output = Literal["html", "docx", "pdf", "xlsx", "tex"]
Style = Literal["apa", "gost"]


class ReportSection(Section):
    """What is written, and in which form."""

    outputs: tuple[Output, ...] = Field(
        ("html",),
        description="html: the page; docx, pdf: the results chapter; xlsx, tex: all tables",
    )
    style: Style = Field(
        "apa", description="form of the chapter: APA 7, or GOST 7.32 for theses in Kazakh or Russian"
    )
    word_template: str | None = Field(
        None, description=".docx whose styles, margins and headers the chapter takes; none: those of `style`"
    )

    @model_validator(mode="after")
    def _page_is_always_written(self) -> ReportSection:
        if "html" not in self.outputs:
            raise ValueError("the page is always written; name `html` among the `outputs` too")
        return self
