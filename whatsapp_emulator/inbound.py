"""What contacts wrote to the business."""

from __future__ import annotations

from collections import deque
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
        # By contact, then by the business number written to.
        self._unread: dict[str, dict[str, deque[InboundMessage]]] = {}

    def add(self, inbound: InboundMessage) -> None:
        self.messages.append(inbound)
        self._by_wamid[inbound.wamid] = inbound
        self._by_contact.setdefault(inbound.wa_id, []).append(inbound)
        if inbound.read_at is None:
            numbers = self._unread.setdefault(inbound.wa_id, {})
            numbers.setdefault(inbound.phone_number_id, deque()).append(inbound)

    def get(self, wamid: str) -> InboundMessage | None:
        return self._by_wamid.get(wamid)

    def of_contact(self, wa_id: str) -> list[InboundMessage]:
        return self._by_contact.get(wa_id, [])

    def move(self, old: str, new: str) -> None:
        """A contact's messages under its new wa_id."""
        moved = self._by_contact.pop(old, [])
        for inbound in moved:
            inbound.wa_id = new
        self._by_contact[new] = moved
        self._unread[new] = self._unread.pop(old, {})

    def mark_read(self, wamid: str, at: float) -> list[InboundMessage]:
        """Mark the message and the contact's earlier ones read; the changed ones."""
        newest = self._by_wamid[wamid]
        changed = []
        while newest.read_at is None:
            earliest = self._unread[newest.wa_id][newest.phone_number_id].popleft()
            earliest.read_at = at
            changed.append(earliest)
        return changed

    def clear(self) -> None:
        self.messages.clear()
        self._by_wamid.clear()
        self._by_contact.clear()
        self._unread.clear()
