"""Who a contact is may change: a new number, a new business-scoped id, a new identity key.

Each is told by a ``system`` message that opens no service window. After Meta's page of business-scoped ids:
a new number brings a new id. Believed: such a message comes from the old number, to every business number
that knows the contact.
"""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator


def change_number(emulator: Emulator, contact: Contact, wa_id: str) -> None:
    """The contact takes its conversations to another phone number, which must be free."""
    old, old_user_id = contact.wa_id, contact.bsuid
    emulator.contacts.remove(contact)
    contact.wa_id, contact.bsuid = wa_id, emulator.contacts.new_user_id(wa_id)
    emulator.contacts.add(contact)
    emulator.ledger.move(old, wa_id)
    emulator.inbound.move(old, wa_id)
    what = {
        "body": f"User {contact.name} changed from {old} to {wa_id}",
        "type": "user_changed_number",
        "wa_id": wa_id,
        "user_id": contact.bsuid,
        "previous_user_id": old_user_id,
    }
    if contact.phone_hidden:
        what = {**what, "body": f"User {contact.name} changed their number"}
        del what["wa_id"]
        _tell(emulator, contact, {"system": what})
    else:
        _tell(emulator, contact, {"from": old, "system": what})
    emulator.live.publish({"type": "reset"})  # pages know contacts by number


def change_user_id(emulator: Emulator, contact: Contact, bsuid: str | None) -> None:
    """The business-scoped id is made anew; the phone number stays."""
    old = contact.bsuid
    emulator.contacts.remove(contact)
    contact.bsuid = bsuid or emulator.contacts.new_user_id(old)
    emulator.contacts.add(contact)
    what = {
        "body": f"User {contact.name} has a new user id",
        "type": "user_changed_user_id",
        "user_id": contact.bsuid,
        "previous_user_id": old,
    }
    _tell(emulator, contact, {"system": what})


def change_identity(emulator: Emulator, contact: Contact, key_hash: str) -> None:
    """WhatsApp was installed anew: sends that name the old hash are refused (137000)."""
    contact.identity_key_hash = key_hash
    what = {
        "body": f"User {contact.name} changed their identity",
        "type": "customer_identity_changed",
        "identity": key_hash,
        "customer": contact.wa_id,
    }
    _tell(emulator, contact, {"system": what})


def _tell(emulator: Emulator, contact: Contact, message: dict[str, Any]) -> None:
    known = contact.met_at.keys() | contact.wrote_at.keys()
    for number in emulator.settings.phone_number_ids:
        if number in known or not known:
            emulator.write(contact, {**message, "type": "system"}, number)
            if not known:
                return
