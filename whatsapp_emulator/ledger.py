"""The ledger: every send WhatsApp accepted, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from whatsapp_emulator.clock import iso
from whatsapp_emulator.faults.rules import Plan
from whatsapp_emulator.media.store import Media

TTL_SECONDS = 30 * 24 * 3600.0


class Entry(msgspec.Struct):
    """One accepted send. Times are virtual seconds since 1970, None until they happen.

    ``arrived_at``: on the contact's phone; ``seen_at``: on its screen (``read_at`` only follows
    when the contact's read receipts are on). ``past``: history a persona came with, never sent.
    ``barred``: the contact had blocked the business: it never comes further than `sent`.
    ``media``: the first file it carries, uploaded or fetched. ``version``: the API's of the call.
    ``shown``, ``replies``: what the phone shows of a template, and its quick replies
    (``{text, payload}``); ``category`` is the template's. ``expired_at``: still not on the
    phone ``ttl_seconds`` after acceptance, so WhatsApp dropped it without a word.
    """

    wamid: str
    phone_number_id: str
    to: str
    addressed_by: str
    type: str
    payload: Any
    accepted_at: float
    context: str | None = None
    opaque: str | None = None
    sent_at: float | None = None
    arrived_at: float | None = None
    delivered_at: float | None = None
    seen_at: float | None = None
    read_at: float | None = None
    failed_at: float | None = None
    failed_code: int | None = None
    past: bool = False
    barred: bool = False
    media: Media | None = None
    version: float = 26.0
    shown: str | None = None
    category: str | None = None
    replies: list[dict[str, str]] = []
    played_at: float | None = None
    ttl_seconds: float = TTL_SECONDS
    expired_at: float | None = None
    plan: Plan = msgspec.field(default_factory=Plan)

    @property
    def body(self) -> Any:
        """The text of a text message, else the object named like its type."""
        return self.payload.get("body") if self.type == "text" else self.payload

    @property
    def shown_at(self) -> float | None:
        """When it came up on the contact's phone; a reaction does with its `sent`."""
        return self.sent_at if self.type == "reaction" else self.arrived_at

    @property
    def is_waiting(self) -> bool:
        is_over = self.failed_at is not None or self.expired_at is not None or self.barred
        return self.arrived_at is None and not is_over and self.type != "reaction"

    @property
    def status(self) -> str:
        """The strongest evidence so far."""
        if self.played_at is not None:
            return "played"
        if self.read_at is not None:
            return "read"
        if self.delivered_at is not None:
            return "delivered"
        if self.failed_at is not None:
            return "failed"
        return "accepted" if self.sent_at is None else "sent"

    def shape(self) -> dict[str, Any]:
        """As ``GET /_control/ledger`` shows it."""
        return {
            "wamid": self.wamid,
            "phone_number_id": self.phone_number_id,
            "to": self.to,
            "type": self.type,
            "body": self.body,
            "context": self.context,
            "opaque": self.opaque,
            "status": self.status,
            "failed_code": self.failed_code,
            "times": {
                "accepted": iso(self.accepted_at),
                "sent": iso(self.sent_at),
                "delivered": iso(self.delivered_at),
                "read": iso(self.read_at),
                "played": iso(self.played_at),
                "failed": iso(self.failed_at),
            },
        }


class Ledger:
    """Accepted sends in the order of their acceptance."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._by_wamid: dict[str, Entry] = {}
        self._by_contact: dict[str, list[Entry]] = {}
        self._waiting: dict[str, set[str]] = {}
        self._unseen: dict[str, dict[str, Entry]] = {}

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._by_wamid[entry.wamid] = entry
        self._by_contact.setdefault(entry.to, []).append(entry)
        self.note(entry)

    def move(self, old: str, new: str) -> None:
        """A contact's sends under its new wa_id."""
        moved = self._by_contact.pop(old, [])
        for entry in moved:
            entry.to = new
        self._by_contact[new] = moved
        self._waiting[new] = self._waiting.pop(old, set())
        self._unseen[new] = self._unseen.pop(old, {})

    def note(self, entry: Entry) -> None:
        """Take notice of a change of the entry."""
        waiting = self._waiting.setdefault(entry.to, set())
        if entry.is_waiting:
            waiting.add(entry.wamid)
        else:
            waiting.discard(entry.wamid)
        unseen = self._unseen.setdefault(entry.to, {})
        if entry.arrived_at is not None and entry.seen_at is None:
            unseen[entry.wamid] = entry
        else:
            unseen.pop(entry.wamid, None)

    def expire(self, now: float, wa_ids: Iterable[str]) -> list[Entry]:
        """Drop what has waited too long for these contacts; the dropped ones."""
        dropped = []
        for wa_id in wa_ids:
            for name in list(self._waiting.get(wa_id, ())):
                entry = self._by_wamid[name]
                if entry.accepted_at + entry.ttl_seconds <= now:
                    entry.expired_at = now
                    self.note(entry)
                    dropped.append(entry)
        return dropped

    def waiting(self, wa_id: str) -> int:
        """How many messages to the contact are accepted and neither on the phone nor failed."""
        return len(self._waiting.get(wa_id, ()))

    def unseen(self, wa_id: str) -> list[Entry]:
        """What is on the contact's phone and was never on its screen, in the order it came."""
        return list(self._unseen.get(wa_id, {}).values())

    def get(self, wamid: str) -> Entry | None:
        return self._by_wamid.get(wamid)

    def of_contact(self, wa_id: str) -> list[Entry]:
        return self._by_contact.get(wa_id, [])

    def search(self, to: str | None, opaque: str | None) -> list[Entry]:
        """Accepted sends to ``to`` whose echo datum begins with ``opaque``; None means any."""
        return [
            entry
            for entry in (self.entries if to is None else self.of_contact(to))
            if not entry.past and (opaque is None or (entry.opaque or "").startswith(opaque))
        ]

    def clear(self) -> None:
        self.entries.clear()
        self._by_wamid.clear()
        self._by_contact.clear()
        self._waiting.clear()
        self._unseen.clear()
