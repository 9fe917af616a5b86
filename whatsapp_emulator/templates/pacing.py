"""Paced sends: accepted, and held until WhatsApp knows enough about the template."""

from __future__ import annotations

from collections.abc import Callable

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.faults.rules import Plan
from whatsapp_emulator.faults.spoilt_webhooks import Fail
from whatsapp_emulator.ledger import Entry


class Pacing:
    """``dispatch`` lets an accepted send go its way."""

    def __init__(self, dispatch: Callable[[Entry, Contact], None]) -> None:
        self._dispatch = dispatch
        self._held: dict[str, list[tuple[Entry, Contact]]] = {}

    def hold(self, template_id: str, entry: Entry, contact: Contact) -> None:
        self._held.setdefault(template_id, []).append((entry, contact))

    def release(self, template_id: str) -> None:
        """What was held goes its way."""
        for entry, contact in self._held.pop(template_id, []):
            self._dispatch(entry, contact)

    def drop(self, template_id: str) -> None:
        """What was held fails: the template turned out bad (132015)."""
        for entry, contact in self._held.pop(template_id, []):
            entry.plan = Plan([Fail(code=132015), *entry.plan.actions])
            self._dispatch(entry, contact)

    def clear(self) -> None:
        self._held.clear()
