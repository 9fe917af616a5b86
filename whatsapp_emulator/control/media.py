"""Media of the control plane: files contacts send, and files as the phone shows them."""

from __future__ import annotations

from typing import Any

from aiohttp import BodyPartReader, web

from whatsapp_emulator.control.bodies import ControlError, only_queries, reply
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.media.kinds import KINDS, bare, is_animated
from whatsapp_emulator.media.store import Incoming, Media, TooLarge

CHUNK = 64 * 1024


async def post_media(request: web.Request) -> web.StreamResponse:
    """A file a contact is going to send: the raw body with its ``Content-Type`` (``?filename=``),
    or multipart with ``file``. Any type, at most 100 MB. ``?phone_number_id=`` picks the business
    number. Answers ``{id, mime_type, sha256, file_size, filename, url}``; ``POST inbound`` takes
    the id."""
    only_queries(request, "filename", "phone_number_id")
    emulator = request.app[EMULATOR]
    number = request.query.get("phone_number_id", emulator.number)
    with emulator.media.receive() as incoming:
        try:
            mime_type, filename = await _receive(request, incoming)
        except TooLarge:
            raise ControlError("WhatsApp takes no file over 100 MB.") from None
        if incoming.size == 0:
            raise ControlError("The file is empty.")
        media = emulator.media.keep(
            incoming, emulator.life, number, mime_type, origin="contact", filename=filename
        )
    return reply(media.shape())


async def _receive(request: web.Request, incoming: Incoming) -> tuple[str, str | None]:
    """Write the file; its type and name."""
    if not request.content_type.startswith("multipart/"):
        async for chunk in request.content.iter_chunked(CHUNK):
            incoming.write(chunk)
        mime_type = request.headers.get("Content-Type", "application/octet-stream")
        return mime_type, request.query.get("filename")
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "file":
            while piece := await part.read_chunk(CHUNK):
                incoming.write(piece)
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            return mime_type, part.filename
    raise ControlError("The multipart body has no part named 'file'.")


async def get_media(request: web.Request) -> web.StreamResponse:
    """The file itself, as the phone shows it; 404 once its time is over."""
    emulator = request.app[EMULATOR]
    media = emulator.media.get(request.match_info["id"])
    if media is None:
        raise ControlError("There is no such file any more.", http=404)
    # Only what a page can show is shown; the rest can be saved.
    shown = bare(media.mime_type).startswith(("image/", "audio/", "video/"))
    shown = shown and "svg" not in media.mime_type
    headers = {
        "Content-Type": media.mime_type if shown else "application/octet-stream",
        "Content-Disposition": "inline" if shown else "attachment",
        "Cache-Control": "private, max-age=3600",
    }
    return web.FileResponse(emulator.media.path(media), headers=headers)


def fill_media(
    emulator: Emulator, message: dict[str, Any], number: str
) -> tuple[dict[str, Any], Media | None]:
    """The message with what WhatsApp adds to media named by id: type, hash, download URL. An
    object whose id was not made by ``POST media`` is left as it is."""
    kind = message.get("type")
    given = message.get(str(kind))
    if kind not in KINDS or not isinstance(given, dict):
        return message, None
    media = emulator.media.get(str(given.get("id")))
    if media is None:
        return message, None
    if media.phone_number_id != number:
        raise ControlError("That file was put up for another business number.")
    filled: dict[str, Any] = {
        "mime_type": media.mime_type,
        "sha256": media.sha256_base64,
        "id": media.id,
        "url": emulator.download_url(media),
    }
    if kind == "audio":
        filled["voice"] = bool(given.get("voice"))
    if kind == "sticker":
        with emulator.media.path(media).open("rb") as file:
            filled["animated"] = is_animated(file.read(64))
    if kind == "document" and media.filename:
        filled["filename"] = media.filename
    return {**message, kind: {**filled, **given}}, media
