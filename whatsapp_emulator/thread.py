"""What a contact's phone shows of the conversation with the business."""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.clock import iso
from whatsapp_emulator.inbound import InboundMessage
from whatsapp_emulator.ledger import Entry


def inbound_line(inbound: InboundMessage) -> dict[str, Any]:
    """A message the contact wrote; its status is the contact's ticks."""
    message = inbound.message
    return {
        "id": inbound.wamid,
        "direction": "inbound",
        "type": message["type"],
        "text": summary(message["type"], message.get(message["type"])),
        "at": iso(inbound.at),
        "status": inbound.status,
        "context": (message.get("context") or {}).get("id"),
        "content": message.get(message["type"]),
        "media": inbound.media.shape() if inbound.media else None,
    }


def outbound_line(entry: Entry) -> dict[str, Any]:
    """A message of the business, as far as it has come."""
    return {
        "id": entry.wamid,
        "direction": "outbound",
        "type": entry.type,
        "text": entry.shown or summary(entry.type, entry.payload),
        "at": iso(entry.shown_at or entry.accepted_at),
        "status": entry.status,
        "context": entry.context,
        "content": entry.payload,
        "media": entry.media.shape() if entry.media else None,
        "replies": entry.replies,
        "seen": entry.seen_at is not None,
    }


def thread(inbound: list[InboundMessage], entries: list[Entry]) -> list[dict[str, Any]]:
    """The messages the phone has, in its order."""
    lines = [(one.at, inbound_line(one)) for one in inbound]
    lines += [(one.shown_at, outbound_line(one)) for one in entries if one.shown_at is not None]
    lines.sort(key=lambda line: line[0])
    return [line for _, line in lines]


def summary(kind: str, payload: Any) -> str:
    """A message in words, whatever its type."""
    if not isinstance(payload, dict):
        return f"[{kind}]"
    if kind in ("text", "system"):
        return str(payload.get("body", ""))
    if kind == "template":
        return f"[template {payload.get('name')}]"
    if kind == "interactive":
        return _interactive(payload)
    if kind == "button":
        return str(payload.get("text", ""))
    caption = payload.get("caption")
    return f"[{kind}] {caption}" if caption else f"[{kind}]"


def _interactive(payload: dict[str, Any]) -> str:
    """The words of its body, or of what the contact chose."""
    kind = payload.get("type")
    chosen = payload.get(str(kind)) or payload.get("body")
    words = chosen.get("title") or chosen.get("text") if isinstance(chosen, dict) else None
    return str(words) if words else f"[interactive {kind}]"
