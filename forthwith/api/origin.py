"""Who may ask at all: pages of our own address, in a protocol version we still speak."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from forthwith.api.errors import problem
from forthwith.protocol import OLDEST_VERSION

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def origins_of(public_url: str) -> frozenset[str]:
    """The values of `Origin` that our own pages send; 127.0.0.1 and localhost stand for each other."""
    url = urlsplit(public_url)
    host, port = url.hostname or "", url.port
    host = f"[{host}]" if ":" in host else host
    suffix = "" if port in (None, {"http": 80, "https": 443}[url.scheme]) else f":{port}"
    hosts = {host, "127.0.0.1", "localhost"} if host in LOOPBACK else {host}
    return frozenset(f"{url.scheme}://{each}{suffix}" for each in hosts)


class OwnPagesOnly:
    """Refuses what comes from elsewhere or is too old to be understood.

    Under /api, unsafe methods and sockets need an `Origin` of ours (else 403; its absence counts as foreign), and a
    `Forthwith-Protocol` we still speak (else 426).
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self.app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is not None:
            return await problem(refusal)(scope, receive, send)
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        if "\x00" in scope["path"]:
            return "not_found"  # no id holds U+0000, and PostgreSQL raises on it
        if b"%00" in scope["query_string"]:
            return "invalid_body"  # nor does any parameter
        if not scope["path"].startswith("/api/"):
            return None
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return None
        headers = Headers(scope=scope)
        if headers.get("origin") not in self._origins:
            return "foreign_origin"
        version = headers.get("forthwith-protocol", str(OLDEST_VERSION))
        is_number = version.isascii() and version.isdigit() and len(version) < 10
        if not is_number or int(version) < OLDEST_VERSION:
            return "protocol_too_old"
        return None
