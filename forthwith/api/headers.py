"""Headers of every answer."""

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP_REPORT_PATH = "/api/csp-report"
POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'"
"""What the API answers is no page."""
ONE_YEAR_SECONDS = 31_536_000


def content_security_policy(origins: Iterable[str]) -> str:
    """The policy of pages served at `origins`. Not every browser takes 'self' for the socket, so it is named."""
    sockets = " ".join(sorted(f"ws{origin.removeprefix('http')}" for origin in origins))
    directives = (
        "default-src 'self'",
        f"connect-src 'self' {sockets}",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        # Not report-to: Firefox does not know it, and where Chromium sees both it takes only that one, which sends
        # minutes later and from plain http never.
        f"report-uri {CSP_REPORT_PATH}",
    )
    return "; ".join(directives)


class SecurityHeaders:
    """Adds them. `origins`: addresses browsers use, all https or all plain."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self.app = app
        self._policy_of_pages = content_security_policy(origins)
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            # Not no-referrer: with that, browsers send `Origin: null` with some of our own requests.
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }
        if any(origin.startswith("https:") for origin in origins):
            self._headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_SECONDS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_data = scope["path"].startswith("/api/")
                policy = POLICY_OF_DATA if is_data else self._policy_of_pages
                headers.setdefault("Content-Security-Policy", policy)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)
