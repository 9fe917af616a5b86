"""Who may pull the levers: peers on this machine, and pages of our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from whatsapp_emulator.media.store import DOWNLOAD_PATH
from whatsapp_emulator.settings import is_loopback_host

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse everything but the Graph API to other machines, other names and other pages.

    The name check stops a page that resolves its own name to 127.0.0.1; the origin check stops
    a page elsewhere in the same browser.
    """
    if not request.path.startswith(("/v", DOWNLOAD_PATH)):
        host = urlsplit(f"//{request.host}").hostname or ""
        origin = request.headers.get("Origin")
        if not is_loopback_host(request.remote or "") or not is_loopback_host(host):
            raise web.HTTPForbidden(text="The control plane only answers this machine.\n")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="The control plane does not answer other pages.\n")
    return await handler(request)
