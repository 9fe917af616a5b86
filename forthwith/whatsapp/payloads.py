"""Bodies we send to `POST /{phone_number_id}/messages`."""

from typing import Any, Protocol

import msgspec


class Outgoing(Protocol):
    """A message on its way, as the outbox has claimed it. `media_json`: the row's `media`; None for a text."""

    @property
    def to_phone(self) -> str | None: ...
    @property
    def to_bsuid(self) -> str | None: ...
    @property
    def message_type(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def echo_datum(self) -> str: ...
    @property
    def reply_to_wamid(self) -> str | None: ...
    @property
    def media_json(self) -> str | None: ...
    @property
    def whatsapp_media_id(self) -> str | None: ...


class _Named(msgspec.Struct):
    filename: str = ""
    voice: bool = False


def message(one: Outgoing) -> dict[str, Any]:
    """A text, or a file that WhatsApp has already. `to` wins over `recipient` at Meta, so only one is given."""
    address = {"to": one.to_phone} if one.to_phone else {"recipient": one.to_bsuid}
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "type": one.message_type,
        one.message_type: _content(one),
        "biz_opaque_callback_data": one.echo_datum,
    }
    if one.reply_to_wamid:
        body["context"] = {"message_id": one.reply_to_wamid}
    return body


def _content(one: Outgoing) -> dict[str, Any]:
    if one.media_json is None:
        return {"body": one.text, "preview_url": False}
    named = msgspec.json.decode(one.media_json, type=_Named)
    content: dict[str, Any] = {"id": one.whatsapp_media_id}
    if one.text:
        content["caption"] = one.text
    if one.message_type == "document" and named.filename:
        content["filename"] = named.filename
    if one.message_type == "audio" and named.voice:
        content["voice"] = True
    return content


def mark_read(wamid: str) -> dict[str, Any]:
    """Blue ticks for this message and those before it."""
    return {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
