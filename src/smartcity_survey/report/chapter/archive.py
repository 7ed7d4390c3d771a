"""Office files whose bytes depend on their content alone; else they carry the time of their writing."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands where a document has to say when it was made; a run is told by its manifest."""
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def repeatable(content: bytes) -> bytes:
    """An Office file with its parts in the order of their names, and fixed dates."""
    stamp = DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        # Readers expect the list of content types first.
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _STAMPS.sub(rb"\g<1>" + stamp + rb"\g<2>", part)
            entry = zipfile.ZipInfo(name, DATE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, part)
    return written.getvalue()
