"""The customers' phones and the console as web pages: plain files, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from whatsapp_emulator.media.store import DOWNLOAD_PATH

PHONE = Path(__file__).parent / "phone"
CONSOLE = Path(__file__).parent / "console"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def add_phone_page(app: web.Application) -> None:
    """Phones at ``/`` and ``/phone/{wa_id}``, the console at ``/console``; their files under
    ``/assets`` and ``/console/assets``."""
    app.router.add_get("/", get_phone)
    app.router.add_get("/phone/{wa_id}", get_phone)
    app.router.add_get("/console", get_console)
    app.router.add_static("/assets", PHONE)
    app.router.add_static("/console/assets", CONSOLE)
    app.on_response_prepare.append(_guard)


async def get_phone(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PHONE / "index.html")


async def get_console(request: web.Request) -> web.FileResponse:
    return web.FileResponse(CONSOLE / "index.html")


async def _guard(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith(("/v", DOWNLOAD_PATH)):
        return  # the Graph API's answers carry Meta's headers only
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
