"""The browser's half: hashed assets for a year, the page itself never from a cache."""

import gzip
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from forthwith.api.errors import problem

ONE_YEAR = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
NEVER_KEPT = "no-store"
"""Browsers show a page of `no-cache` again without asking when they restore a tab, and its assets may be gone."""
# Not `mimetypes`: that reads files of the machine, which differ, and `nosniff` forgives no wrong type.
TEXT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
}
"""These are compressed."""
TYPES = TEXT_TYPES | {
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Forthwith</title>
<h1>The front end is not built</h1>
<p>The server runs, but the page agents work in is missing. In a checkout, run <code>make setup</code> and reload.</p>
"""


def web_folder() -> Path:
    """`web/dist` of the checkout; in an installed wheel, the copy inside the package."""
    package = Path(__file__).parents[1]
    inside = package / "web"
    return inside if inside.is_dir() else package.parent / "web" / "dist"


class WebFiles:
    """Serves a folder that Vite built, and its `index.html` for every path that the page routes itself.

    `earlier`: folders of builds whose assets open tabs may still ask for.
    """

    def __init__(self, folder: Path, earlier: Sequence[Path] = ()) -> None:
        self._folder = folder.resolve()
        self._earlier = [each.resolve() for each in earlier]
        self._gzipped: dict[Path, tuple[float, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The router's last resort: whatever no route knows."""
        if scope["type"] == "websocket":
            return await problem("not_found")(scope, receive, send)
        await self._respond(Request(scope))(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        path: str = request.scope["path"]
        if path == "/api" or path.startswith("/api/"):
            return problem("not_found")
        if request.method not in ("GET", "HEAD"):
            return problem("method_not_allowed")
        is_asset = path.startswith("/assets/")
        places = [self._folder, *self._earlier] if is_asset else [self._folder]
        file = next(filter(None, (_file(place, path) for place in places)), None)
        if file is not None and file != self._folder / "index.html":
            return self._answer(request, file, ONE_YEAR if is_asset else ALWAYS_ASK)
        if is_asset or any(part.startswith(".") for part in path.split("/")):
            return problem("not_found")
        index = self._folder / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, 503)
        return self._answer(request, index, NEVER_KEPT)

    def _answer(self, request: Request, file: Path, cache_control: str) -> Response:
        stat = file.stat()
        etag = f'W/"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
        headers = {
            "Cache-Control": cache_control,
            "ETag": etag,
            "Last-Modified": formatdate(stat.st_mtime, usegmt=True),
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        media_type = TYPES.get(file.suffix, "application/octet-stream")
        if file.suffix in TEXT_TYPES and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self._gzip(file, stat.st_mtime), 200, headers, media_type)
        return Response(file.read_bytes(), 200, headers, media_type)

    def _gzip(self, file: Path, modified_at: float) -> bytes:
        """Compressed once for each build; the folder holds a few dozen files."""
        known = self._gzipped.get(file)
        if known is None or known[0] != modified_at:
            known = self._gzipped[file] = (
                modified_at,
                gzip.compress(file.read_bytes(), 6, mtime=0),
            )
        return known[1]


def _file(folder: Path, path: str) -> Path | None:
    """The file of a URL path, if it lies inside the folder."""
    file = (folder / path.lstrip("/")).resolve()
    try:
        return file if file.is_relative_to(folder) and file.is_file() else None
    except OSError:  # a name longer than any file's
        return None
