"""Media of the Graph API: upload, resolve, download, delete."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, web

from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.graph.answers import act_refusal, answer
from whatsapp_emulator.graph.checks import missing
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.gate import (
    EMULATOR,
    business_number,
    check_token,
    maybe_spoil,
    no_such_object,
    success,
)
from whatsapp_emulator.media.kinds import TYPES, bare, kind_of
from whatsapp_emulator.media.store import (
    Incoming,
    Media,
    TooLarge,
    sealed_media,
)

CHUNK = 64 * 1024
FIELD_LIMIT = 1024


async def post_media(request: web.Request) -> web.StreamResponse:
    """``POST /{phone_number_id}/media``: multipart ``messaging_product``, ``type``, ``file``, in any
    order; the file is written to disk as it comes."""
    emulator = request.app[EMULATOR]
    phone = business_number(request)
    verdict = emulator.judge("upload", None, 0)
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    if not request.content_type.startswith("multipart/"):
        raise missing("file")
    with emulator.media.receive() as incoming:
        try:
            fields = await _receive(await request.multipart(), incoming)
            media = _keep(emulator, incoming, phone, fields)
        except TooLarge:
            raise GraphError(131053, "The file is larger than its type may be.") from None
        except ValueError:
            raise GraphError(100, message="(#100) The body is not valid multipart.") from None
    return await maybe_spoil(request, verdict.answer, answer({"id": media.id}))


async def _receive(reader: MultipartReader, incoming: Incoming) -> dict[str, str]:
    """Write the part ``file``; the other fields, and ``filename`` and ``file_type`` of the file."""
    fields: dict[str, str] = {}
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise GraphError(100, message="(#100) The body is not valid multipart.")
        if part.name != "file":
            value = await part.read_chunk(FIELD_LIMIT)
            fields[part.name or ""] = value.decode(errors="replace").strip()
            await part.release()
            continue
        fields["filename"] = part.filename or "file"
        fields["file_type"] = part.headers.get("Content-Type", "")
        while chunk := await part.read_chunk(CHUNK):
            incoming.write(chunk)
    return fields


def _keep(emulator: Emulator, incoming: Incoming, phone: str, fields: dict[str, str]) -> Media:
    if fields.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if "filename" not in fields:
        raise missing("file")
    mime_type = fields.get("type") or fields["file_type"]
    if kind_of(mime_type) is None:
        raise GraphError(
            100,
            message="(#100) Param file must be a file with one of the following types: "
            f"{', '.join(TYPES)}. Received file of type '{bare(mime_type)}'.",
        )
    if incoming.size == 0:
        raise GraphError(131053, "The file is empty.")
    name = re.split(r"[/\\]", fields["filename"])[-1][:240]
    return emulator.media.keep(incoming, emulator.life, phone, mime_type, filename=name)


def media_node(request: web.Request, media: Media) -> dict[str, Any]:
    """``GET /{media_id}``: with a URL that is good for five minutes."""
    emulator = request.app[EMULATOR]
    _check_number(request, media)
    return {
        "messaging_product": "whatsapp",
        "url": emulator.download_url(media, f"{request.scheme}://{request.host}"),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.id,
    }


async def delete_media(request: web.Request) -> web.StreamResponse:
    """``DELETE /{media_id}``."""
    emulator = request.app[EMULATOR]
    media = emulator.media.get(request.match_info["node"])
    if media is None:
        raise no_such_object(request.match_info["node"])
    _check_number(request, media)
    emulator.media.delete(media.id)
    return success()


async def get_file(request: web.Request) -> web.StreamResponse:
    """The file behind a media URL: needs the bearer token; 404 once the URL's time is over."""
    emulator = request.app[EMULATOR]
    try:
        check_token(request, emulator.settings.token)
    except GraphError:
        return web.Response(status=401)
    verdict = emulator.judge("download", None, 0)
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    query = dict(request.query)
    media = emulator.media.get(sealed_media(query, emulator.life, emulator.clock.now()) or "")
    if media is None:
        return web.Response(status=404)
    headers = {"Content-Type": media.mime_type, "Cache-Control": "private, no-store"}
    if verdict.answer is not None:
        whole = emulator.media.path(media).read_bytes()
        return await maybe_spoil(request, verdict.answer, web.Response(body=whole, headers=headers))
    return web.FileResponse(emulator.media.path(media), headers=headers)


def _check_number(request: web.Request, media: Media) -> None:
    """``phone_number_id`` may only name the number the media was uploaded on; for what contacts
    sent it is refused, as reported by inboxes whose downloads broke on it."""
    named = request.query.get("phone_number_id")
    if named is None:
        return
    behaviour = request.app[EMULATOR].journeys.behaviour
    if media.origin == "contact" and behaviour.inbound_media_number == "refused":
        named = None
    if named != media.phone_number_id:
        raise GraphError(
            100,
            message="(#100) Param phone_number_id is not a valid whatsapp business phone number "
            "id ID",
        )
