"""The past of personas: laid into their threads, and told so that a business can import it."""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.identifiers import wamid
from whatsapp_emulator.inbound import InboundMessage
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.personas.cast import Past


def lay_out_past(emulator: Emulator, contact: Contact, past: list[Past]) -> None:
    """Put the messages into the contact's thread as if they had been exchanged."""
    for number, line in enumerate(past):
        unique = f"{emulator.life}/past/{contact.wa_id}/{number}"
        is_ours = line.who == "us"
        name = wamid(contact.wa_id, unique, outbound=is_ours)
        at = emulator.clock.now() - line.seconds_ago
        if is_ours:
            emulator.ledger.add(_sent(emulator.number, contact, line, name, at))
        else:
            is_answered = any(later.who == "us" for later in past[number:])
            emulator.inbound.add(_written(emulator.number, contact, line, name, at, is_answered))
            contact.wrote_at[emulator.number] = at


def past_shape(emulator: Emulator, contact: Contact) -> dict[str, Any]:
    """One persona as ``GET /_control/personas`` shows it, messages oldest first."""
    lines = [
        (one.at, "inbound", one.wamid, one.message["text"]["body"], "received")
        for one in emulator.inbound.of_contact(contact.wa_id)
        if one.past
    ]
    lines += [
        (one.accepted_at, "outbound", one.wamid, one.body, one.status)
        for one in emulator.ledger.of_contact(contact.wa_id)
        if one.past
    ]
    now = emulator.clock.now()
    return {
        "wa_id": contact.wa_id,
        "name": contact.name,
        "bsuid": contact.bsuid,
        "username": contact.username,
        "phone_hidden": contact.phone_hidden,
        "messages": [
            {
                "id": name,
                "direction": direction,
                "text": text,
                "at_seconds_ago": round(now - at, 3),
                "status": status,
            }
            for at, direction, name, text, status in sorted(lines)
        ],
    }


def _sent(number: str, contact: Contact, line: Past, name: str, at: float) -> Entry:
    seen_at = at + 30 if line.status == "read" else None
    return Entry(
        wamid=name,
        phone_number_id=number,
        to=contact.wa_id,
        addressed_by="recipient" if contact.phone_hidden else "to",
        type="text",
        payload={"body": line.text},
        accepted_at=at,
        sent_at=at,
        arrived_at=at,
        delivered_at=at,
        seen_at=seen_at,
        read_at=seen_at,
        past=True,
    )


def _written(
    number: str, contact: Contact, line: Past, name: str, at: float, is_answered: bool
) -> InboundMessage:
    return InboundMessage(
        wamid=name,
        phone_number_id=number,
        wa_id=contact.wa_id,
        message={
            "id": name,
            "timestamp": str(int(at)),
            "type": "text",
            "text": {"body": line.text},
        },
        at=at,
        acknowledged_at=at,
        read_at=at + 60 if is_answered else None,
        past=True,
    )
