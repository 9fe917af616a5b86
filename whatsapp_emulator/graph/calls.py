"""What the business may ask for on ``POST /{phone_number_id}/messages``: the envelope, checked as Meta does.

Source of the sentences: answers of the Cloud API as developers quote them; clients should branch on the code only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whatsapp_emulator.graph.checks import missing
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.payloads import check_payload, known_type

OPAQUE_LIMIT = 512


@dataclass(frozen=True)
class SendCall:
    """A send. ``address`` is ``to`` (it wins) or else ``recipient``, as given."""

    address: str
    addressed_by: str
    type: str
    payload: Any
    context: str | None
    opaque: str | None
    identity_key_hash: str | None = None


@dataclass(frozen=True)
class ReadCall:
    """Mark a message of a contact read, and maybe show the typing indicator."""

    message_id: str
    typing: bool


def parse_call(body: Any) -> SendCall | ReadCall:
    """The call in a decoded body, or ``GraphError`` 100, 131008 or 131009."""
    if not isinstance(body, dict):
        raise missing("messaging_product")
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if "status" in body:
        return _parse_read(body)
    addressed_by = "to" if body.get("to") else "recipient"
    address = body.get(addressed_by)
    if not isinstance(address, str) or not address:
        raise missing("to")
    kind = known_type(body.get("type", "text"))
    check_payload(kind, body.get(kind))
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(
            100, message="(#100) Param recipient_type must be one of {INDIVIDUAL, GROUP}."
        )
    identity = body.get("recipient_identity_key_hash")
    if identity is not None and not isinstance(identity, str):
        raise GraphError(100, message="(#100) Param recipient_identity_key_hash must be a string.")
    return SendCall(
        address=address,
        addressed_by=addressed_by,
        type=kind,
        payload=body[kind],
        context=_parse_context(body.get("context")),
        opaque=_parse_opaque(body.get("biz_opaque_callback_data")),
        identity_key_hash=identity,
    )


def _parse_read(body: dict[str, Any]) -> ReadCall:
    if body["status"] != "read":
        raise GraphError(100, message="(#100) Param status must be one of {READ}.")
    message_id = body.get("message_id")
    if not isinstance(message_id, str) or not message_id:
        raise missing("message_id")
    indicator = body.get("typing_indicator")
    if indicator is not None and (
        not isinstance(indicator, dict) or indicator.get("type") != "text"
    ):
        raise GraphError(
            100, message="(#100) Param typing_indicator['type'] must be one of {TEXT}."
        )
    return ReadCall(message_id, typing=indicator is not None)


def _parse_context(context: Any) -> str | None:
    if context is None:
        return None
    message_id = context.get("message_id") if isinstance(context, dict) else None
    if not isinstance(message_id, str) or not message_id.startswith("wamid."):
        raise GraphError(131009, "Parameter 'context.message_id' is not the id of a message.")
    return message_id


def _parse_opaque(opaque: Any) -> str | None:
    if opaque is None:
        return None
    if not isinstance(opaque, str) or len(opaque) > OPAQUE_LIMIT:
        raise GraphError(
            100,
            message="(#100) Param biz_opaque_callback_data must be a string of at most "
            f"{OPAQUE_LIMIT} characters.",
        )
    return opaque
