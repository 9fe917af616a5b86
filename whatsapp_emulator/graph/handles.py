"""Upload sessions, which turn a file into a handle: samples of templates, pictures of profiles.

After Meta's page of the Resumable Upload API. The bytes are counted and forgotten: nothing here shows them.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

from aiohttp import web

from whatsapp_emulator.graph.answers import answer
from whatsapp_emulator.graph.checks import missing
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.gate import EMULATOR, no_such_object

PREFIX = "upload:"
TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
CHUNK = 64 * 1024
SESSIONS = 1000


async def open_session(request: web.Request) -> web.StreamResponse:
    """``POST /{app}/uploads?file_name=&file_length=&file_type=``: ``{id: "upload:..."}``."""
    length, type_ = request.query.get("file_length", ""), request.query.get("file_type")
    if not length.isdigit():
        raise missing("file_length")
    if type_ not in TYPES:
        listed = ", ".join(TYPES)
        raise GraphError(100, message=f"(#100) Param file_type must be one of {{{listed}}}.")
    sessions = request.app[EMULATOR].upload_sessions
    if len(sessions) >= SESSIONS:
        sessions.pop(next(iter(sessions)))
    name = PREFIX + urlsafe_b64encode(secrets.token_bytes(18)).decode()
    sessions[name] = int(length)
    return answer({"id": name})


async def post_bytes(request: web.Request) -> web.StreamResponse:
    """``POST /upload:...`` with the bytes: ``{h}``, the handle; they must be as many as announced."""
    name = request.match_info["node"]
    length = request.app[EMULATOR].upload_sessions.get(name)
    if length is None:
        raise no_such_object(name)
    digest, size = sha256(), 0
    async for chunk in request.content.iter_chunked(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > length:
            break
    if size != length:
        raise GraphError(100, message=f"(#100) The file has not the announced {length} bytes.")
    del request.app[EMULATOR].upload_sessions[name]
    return answer({"h": "4::" + urlsafe_b64encode(digest.digest()).decode()})
