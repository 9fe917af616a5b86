"""Bodies we send to `POST /{phone_number_id}/messages`."""

from typing import Any


def text_message(
    *,
    to_phone: str | None,
    to_bsuid: str | None,
    text: str,
    echo_datum: str,
    reply_to_wamid: str | None,
) -> dict[str, Any]:
    """A text. `to` wins over `recipient` at Meta when both are given, so only one is."""
    address = {"to": to_phone} if to_phone else {"recipient": to_bsuid}
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "type": "text",
        "text": {"body": text, "preview_url": False},
        "biz_opaque_callback_data": echo_datum,
    }
    if reply_to_wamid:
        body["context"] = {"message_id": reply_to_wamid}
    return body


def mark_read(wamid: str) -> dict[str, Any]:
    """Blue ticks for this message and those before it."""
    return {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
