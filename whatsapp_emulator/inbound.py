"""What contacts wrote to the business."""

from __future__ import annotations

from typing import Any

import msgspec

from whatsapp_emulator.media.store import Media


class InboundMessage(msgspec.Struct):
    """One message of a contact; ``message`` is the object as the webhook carries it.

    ``acknowledged_at``: its webhook was answered 200 (the contact's second tick);
    ``read_at``: the business marked it read (blue). ``past``: history a persona came with.
    ``media``: the file it carries.
    """

    wamid: str
    phone_number_id: str
    wa_id: str
    message: dict[str, Any]
    at: float
    acknowledged_at: float | None = None
    read_at: float | None = None
    past: bool = False
    media: Media | None = None

    @property
    def status(self) -> str:
        if self.read_at is not None:
            return "read"
        return "sent" if self.acknowledged_at is None else "delivered"


class InboundMessages:
    """All of them, in the order they were written."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self._by_wamid: dict[str, InboundMessage] = {}
        self._by_contact: dict[str, list[InboundMessage]] = {}

    def add(self, inbound: InboundMessage) -> None:
        self.messages.append(inbound)
        self._by_wamid[inbound.wamid] = inbound
        self._by_contact.setdefault(inbound.wa_id, []).append(inbound)

    def get(self, wamid: str) -> InboundMessage | None:
        return self._by_wamid.get(wamid)

    def of_contact(self, wa_id: str) -> list[InboundMessage]:
        return self._by_contact.get(wa_id, [])

    def mark_read(self, wamid: str, at: float) -> list[InboundMessage]:
        """Mark the message and the contact's earlier ones read; the changed ones."""
        newest = self._by_wamid[wamid]
        changed = []
        for inbound in self.of_contact(newest.wa_id):
            if inbound.phone_number_id == newest.phone_number_id and inbound.read_at is None:
                inbound.read_at = at
                changed.append(inbound)
            if inbound is newest:
                break
        return changed

    def clear(self) -> None:
        self.messages.clear()
        self._by_wamid.clear()
        self._by_contact.clear()
