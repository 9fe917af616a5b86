"""The customer's phone as a web page: plain files, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from whatsapp_emulator.media.store import DOWNLOAD_PATH

FOLDER = Path(__file__).parent / "phone"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def add_phone_page(app: web.Application) -> None:
    """Serve the page at ``/`` and ``/phone/{wa_id}``, its files under ``/assets``."""
    app.router.add_get("/", get_page)
    app.router.add_get("/phone/{wa_id}", get_page)
    app.router.add_static("/assets", FOLDER)
    app.on_response_prepare.append(_guard)


async def get_page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(FOLDER / "index.html")


async def _guard(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith(("/v", DOWNLOAD_PATH)):
        return  # the Graph API's answers carry Meta's headers only
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
