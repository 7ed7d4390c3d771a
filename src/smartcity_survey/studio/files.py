"""Files of the study that the page shows or hands out: those for readers, and the folder as an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

_LEFT_OUT = (".snakemake", "__pycache__", ".venv")


def routes(folder: Path) -> list[Route]:
    """`/files/<path below reports>`, without what is private, and `/study.zip`."""

    async def file(request: Request) -> Response:
        path = readable(folder, request.path_params["path"])
        if path is None:
            return PlainTextResponse("There is no such file.", 404)
        return FileResponse(path)

    def archive(_: Request) -> Response:
        headers = {"content-disposition": 'attachment; filename="study.zip"'}
        return Response(archive_of(folder), media_type="application/zip", headers=headers)

    return [Route("/files/{path:path}", file), Route("/study.zip", archive)]


def readable(folder: Path, asked: str) -> Path | None:
    """A file below `reports` that is not private, links followed; None of any other."""
    reports = (folder / "reports").resolve()
    try:
        path = (reports / asked).resolve()
        inside = path.is_relative_to(reports) and path.relative_to(reports).parts[:1] != ("private",)
        return path if inside and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def archive_of(folder: Path) -> bytes:
    """The study's folder as a zip, without what a run makes for itself and without private files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _kept(folder):
            archive.write(path, Path(folder.resolve().name) / path.relative_to(folder))
    return content.getvalue()


def _kept(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        private = parts[:2] == ("reports", "private")
        if (
            not (private or any(part in _LEFT_OUT for part in parts))
            and path.is_file()
            and not path.is_symlink()
        ):
            yield path
