"""What a contact does with messages and with the business besides writing: tap, play, call, stop marketing.

After Meta's webhook reference; a call opens the service window like a message.
"""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.inbound import InboundMessage
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.webhooks.shapes import Update, contact_shape


def choices(entry: Entry) -> list[tuple[str, dict[str, Any]]]:
    """What can be tapped, as (id, the message that a tap sends)."""
    if entry.type == "template":
        return [(one["payload"], {"type": "button", "button": one}) for one in entry.replies]
    if entry.type != "interactive":
        return []
    action = entry.payload.get("action", {})
    buttons = [
        _choice("button_reply", button["reply"], ("id", "title"))
        for button in action.get("buttons") or []
    ]
    rows = [
        _choice("list_reply", row, ("id", "title", "description"))
        for section in action.get("sections") or []
        for row in section.get("rows") or []
    ]
    return [*buttons, *rows]


def tap(
    emulator: Emulator, contact: Contact, entry: Entry, chosen: dict[str, Any]
) -> InboundMessage:
    """The contact taps; ``chosen`` is the message of one of the ``choices``."""
    number = entry.phone_number_id
    context = {"from": emulator.display_numbers[number], "id": entry.wamid}
    return emulator.write(contact, {"context": context, **chosen}, number)


def call(emulator: Emulator, contact: Contact, number: str) -> str:
    """The contact calls the business: the webhook field ``calls``, and the window is open."""
    at = emulator.clock.now()
    contact.calls += 1
    contact.wrote_at[number] = at
    name = f"wacid.{emulator.life}{contact.wa_id}{contact.calls}"
    value = {
        "id": name,
        "to": emulator.display_numbers[number],
        "from_user_id": contact.bsuid,
        "event": "connect",
        "timestamp": str(int(at)),
        "direction": "USER_INITIATED",
    }
    shows_phone = contact.shows_phone(number, at)
    if shows_phone:
        contact.met_at[number] = at
        value["from"] = contact.wa_id
    update = Update(
        kind="calls",
        phone_number_id=number,
        wamid=name,
        value=value,
        contact=contact_shape(contact, shows_phone, with_username=True),
        field="calls",
    )
    emulator.webhooks.submit([update])
    emulator.changed.set()
    return name


def choose_marketing(emulator: Emulator, contact: Contact, number: str, *, stopped: bool) -> None:
    """The contact stops or resumes marketing messages: the webhook field ``user_preferences``."""
    contact.marketing_stopped = stopped
    at = emulator.clock.now()
    value = {
        "user_id": contact.bsuid,
        "detail": f"User requested to {'stop' if stopped else 'resume'} marketing messages",
        "category": "marketing_messages",
        "value": "stop" if stopped else "resume",
        "timestamp": int(at),
    }
    shows_phone = contact.shows_phone(number, at)
    if shows_phone:
        value["wa_id"] = contact.wa_id
    update = Update(
        kind="user_preferences",
        phone_number_id=number,
        wamid="",
        value=value,
        contact=contact_shape(contact, shows_phone, with_username=True),
        field="user_preferences",
    )
    emulator.webhooks.submit([update])
    emulator.changed.set()


def _choice(kind: str, of: dict[str, Any], names: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    reply = {name: of[name] for name in names if of.get(name)}
    return of["id"], {"type": "interactive", "interactive": {"type": kind, kind: reply}}
