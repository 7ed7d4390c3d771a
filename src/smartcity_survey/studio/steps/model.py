"""Step 4: what explains what, drawn as a diagram, and what is claimed of it."""

from __future__ import annotations

from htmltools import HTML, Tag, TagChild, tags

from smartcity_survey.studio.diagram import diagram
from smartcity_survey.studio.edits.base import claims_on, paths_of
from smartcity_survey.studio.edits.model import MOST_LETTERS_OF_A_CLAIM
from smartcity_survey.studio.steps.constructs import construct_labels
from smartcity_survey.studio.view import View, check_field, choice_field, clipped, field_id, sends, text_field

_MOST = 40
"""Letters of a label in the grid; the rest is shown to whoever points at it."""
_SIGNS = {"": "nothing", "positive": "raises it", "negative": "lowers it"}


def model_step(view: View) -> Tag:
    """A grid of constructs, the diagram, and a line for every path."""
    documents = view.study.read()
    labels, paths = construct_labels(documents), paths_of(documents)
    modelled = set(documents.config["model"].get("constructs") or {})
    labels = {name: label for name, label in labels.items() if name in modelled}
    claims = {path: claims_on(documents, *path) for path in paths}
    named = {path: ", ".join(names) for path, names in claims.items()}
    said = "; ".join(f"{labels.get(a, a)} → {labels.get(b, b)}" for a, b in paths)
    title = f"{view.words('Path diagram')}: {said}"
    return tags.div(
        tags.p(view.words("Tick where the construct of the row explains the construct of the column.")),
        tags.div(
            _wide(_grid(view, labels, set(paths)), view.words("What explains what")),
            _wide(HTML(diagram(labels, paths, named, title)), view.words("Path diagram")),
            {"class": "beside"},
        ),
        _claims(view, labels, claims, documents.config["model"].get("hypotheses") or {}) if paths else None,
    )


def _wide(content: TagChild, name: str) -> Tag:
    """What may be wider than its place, and is scrolled there."""
    return tags.div(content, {"class": "wide", "tabindex": "0", "role": "region", "aria-label": name})


def _grid(view: View, labels: dict[str, str], paths: set[tuple[str, str]]) -> Tag:
    heads = [tags.th(clipped(label, _MOST), {"scope": "col", "title": label}) for label in labels.values()]
    corner = view.words("Row explains column")
    rows = []
    for source, label in labels.items():
        cells = []
        for target, other in labels.items():
            about = f"{label} → {other}"
            edit = sends("path", source=source, target=target)
            box = check_field(
                field_id("path", source, target), (source, target) in paths, about, edit, hidden=True
            )
            cells.append(tags.td(box if source != target else "—"))
        rows.append(tags.tr(tags.th(clipped(label, _MOST), {"scope": "row", "title": label}), *cells))
    return tags.table(
        tags.thead(tags.tr(tags.th(corner, {"scope": "col"}), *heads)),
        tags.tbody(*rows),
        {"class": "table explains"},
    )


def _claims(
    view: View,
    labels: dict[str, str],
    claims: dict[tuple[str, str], list[str]],
    written: dict[str, dict[str, str]],
) -> Tag:
    """What is claimed of each path."""
    lines = []
    signs = {key: view.words(text) for key, text in _SIGNS.items()}
    for (source, target), names in claims.items():
        ends = [clipped(labels.get(end, end), _MOST) for end in (source, target)]
        path = " → ".join(ends)
        own = names[0] if names else ""
        sign = str(written[own].get("sign", "positive")) if own else ""
        edit = sends("claim", source=source, target=target)
        about = f"{view.words('Claimed')}: {path}"
        name = text_field(
            field_id("claim-name", own), own, f"{view.words('Name of the hypothesis')}: {path}",
            sends("name_claim", claim=own), size="6", maxlength=str(MOST_LETTERS_OF_A_CLAIM),
        )  # fmt: skip
        lines.append(
            tags.li(
                tags.span(path, {"class": "asked"}),
                choice_field(field_id("claim", source, target), signs, sign, about, edit),
                name if own else None,
            )
        )
    return tags.div(tags.h2(view.words("Hypotheses"), {"class": "fs-4"}), tags.ul(*lines, {"class": "items"}))
