"""What the business may ask for on ``POST /{phone_number_id}/messages``, checked as Meta does.

Messages of text are complete; of the other types the envelope is checked (their object exists
and holds its required keys). Source of the sentences: answers of the Cloud API as developers
quote them; clients should branch on the code only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whatsapp_emulator.graph.errors import GraphError

TEXT_LIMIT = 4096
OPAQUE_LIMIT = 512
# type: keys its object must hold; a tuple means one of them
REQUIRED: dict[str, tuple[str | tuple[str, ...], ...]] = {
    "text": ("body",),
    "image": (("id", "link"),),
    "video": (("id", "link"),),
    "audio": (("id", "link"),),
    "document": (("id", "link"),),
    "sticker": (("id", "link"),),
    "location": ("latitude", "longitude"),
    "contacts": (),
    "reaction": ("message_id",),
    "interactive": ("type", "action"),
    "template": ("name", "language"),
}


@dataclass(frozen=True)
class SendCall:
    """A send. ``address`` is ``to`` (it wins) or else ``recipient``, as given."""

    address: str
    addressed_by: str
    type: str
    payload: Any
    context: str | None
    opaque: str | None


@dataclass(frozen=True)
class ReadCall:
    """Mark a message of a contact read, and maybe show the typing indicator."""

    message_id: str
    typing: bool


def parse_call(body: Any) -> SendCall | ReadCall:
    """The call in a decoded body, or ``GraphError`` 100, 131008 or 131009."""
    if not isinstance(body, dict):
        raise _missing("messaging_product")
    if body.get("messaging_product") != "whatsapp":
        raise _missing("messaging_product")
    if "status" in body:
        return _parse_read(body)
    addressed_by = "to" if body.get("to") else "recipient"
    address = body.get(addressed_by)
    if not isinstance(address, str) or not address:
        raise _missing("to")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in REQUIRED:
        wanted = ", ".join(REQUIRED).upper()
        raise GraphError(100, message=f"(#100) Param type must be one of {{{wanted}}}.")
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(
            100, message="(#100) Param recipient_type must be one of {INDIVIDUAL, GROUP}."
        )
    return SendCall(
        address=address,
        addressed_by=addressed_by,
        type=kind,
        payload=_parse_payload(kind, body.get(kind)),
        context=_parse_context(body.get("context")),
        opaque=_parse_opaque(body.get("biz_opaque_callback_data")),
    )


def _parse_read(body: dict[str, Any]) -> ReadCall:
    if body["status"] != "read":
        raise GraphError(100, message="(#100) Param status must be one of {READ}.")
    message_id = body.get("message_id")
    if not isinstance(message_id, str) or not message_id:
        raise _missing("message_id")
    indicator = body.get("typing_indicator")
    if indicator is not None and (
        not isinstance(indicator, dict) or indicator.get("type") != "text"
    ):
        raise GraphError(
            100, message="(#100) Param typing_indicator['type'] must be one of {TEXT}."
        )
    return ReadCall(message_id, typing=indicator is not None)


def _parse_payload(kind: str, payload: Any) -> Any:
    if payload is None:
        raise _missing(kind)
    if kind == "contacts":
        if not isinstance(payload, list) or not payload:
            raise GraphError(131009, "Parameter 'contacts' must be a list of at least one card.")
        return payload
    if not isinstance(payload, dict):
        raise GraphError(100, message=f"(#100) Param {kind} must be a JSON object.")
    for wanted in REQUIRED[kind]:
        names = wanted if isinstance(wanted, tuple) else (wanted,)
        if not any(payload.get(name) not in (None, "") for name in names):
            raise _missing(f"{kind}['{names[0]}']")
    _CHECKS.get(kind, _unchecked)(payload)
    return payload


def _check_text(payload: dict[str, Any]) -> None:
    body = payload["body"]
    if not isinstance(body, str):
        raise GraphError(100, message="(#100) Param text['body'] must be a string.")
    if not body.strip():
        raise _missing("text['body']")
    if len(body) > TEXT_LIMIT:
        raise GraphError(
            100,
            message=f"(#100) Param text['body'] must be at most {TEXT_LIMIT} characters long.",
        )
    if not isinstance(payload.get("preview_url", False), bool):
        raise GraphError(100, message="(#100) Param text['preview_url'] must be a boolean.")


def _check_template(payload: dict[str, Any]) -> None:
    language = payload["language"]
    if not isinstance(language, dict) or not language.get("code"):
        raise _missing("template['language']['code']")


def _unchecked(payload: dict[str, Any]) -> None:
    """Types whose objects a later issue checks in full."""


_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "text": _check_text,
    "template": _check_template,
}


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


def _missing(parameter: str) -> GraphError:
    return GraphError(100, message=f"(#100) The parameter {parameter} is required.")
