"""Whether a checked send may go to its recipient: refused at once, or accepted to fail later.

Meta's page of reactions: one to a message that is not in the conversation, is itself a reaction or is more than
30 days old is not delivered and fails by webhook with 131009. Its page of business-scoped ids: a one-tap,
zero-tap or copy-code template is refused with 131062. Believed: the order of these checks.
"""

from __future__ import annotations

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults.rules import Fail
from whatsapp_emulator.graph.calls import SendCall
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.identifiers import digits

REACTION_SECONDS = 30 * 24 * 3600.0


def find_recipient(emulator: Emulator, call: SendCall) -> Contact | None:
    """The contact by ``to`` (a phone number or group) or ``recipient`` (a business-scoped id)."""
    return emulator.contacts.find(call.address)


def check_recipient(
    emulator: Emulator, call: SendCall, contact: Contact | None, phone: str
) -> Contact:
    """The contact; ``GraphError`` when it cannot be sent to."""
    if not emulator.numbers[phone].is_registered:
        raise GraphError(133010)
    if contact is None:
        own = emulator.display_numbers.get(phone, "")
        raise GraphError(131021 if digits(call.address) == own else 131026)
    if phone in contact.blocked_by:
        raise GraphError(130403)
    named = call.identity_key_hash
    if named is not None and named != contact.identity_key_hash:
        raise GraphError(137000)
    return contact


def check_window(emulator: Emulator, call: SendCall, contact: Contact, phone: str) -> list[Fail]:
    """Outside the service window: refused at once, or accepted to fail."""
    expires_at = contact.window_expires_at(phone) or 0.0
    if call.type == "template" or expires_at > emulator.clock.now():
        return []
    if emulator.journeys.behaviour.window_refusal == "sync":
        raise GraphError(131047)
    return [Fail(code=131047)]


def check_reaction(emulator: Emulator, call: SendCall, contact: Contact, phone: str) -> list[Fail]:
    """A reaction needs a message of the contact to this number, at most 30 days old."""
    if call.type != "reaction":
        return []
    target = emulator.inbound.get(call.payload["message_id"])
    oldest = emulator.clock.now() - REACTION_SECONDS
    if (
        target is not None
        and (target.wa_id, target.phone_number_id) == (contact.wa_id, phone)
        and target.message.get("type") != "reaction"
        and target.at > oldest
    ):
        return []
    return [Fail(code=131009, details="Param reaction['message_id'] is not a message to react to.")]
