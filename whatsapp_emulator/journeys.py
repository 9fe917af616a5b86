"""The way of an accepted message: left WhatsApp, on the phone, on its screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.faults.outlet import Outlet
from whatsapp_emulator.faults.spoilt_webhooks import Fail
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.pace import Behaviour, Pace
from whatsapp_emulator.under_way import UnderWay
from whatsapp_emulator.webhooks.shapes import status_update


class Journeys:
    """Moves every entry along and reports its statuses; ``on_change`` hears of each step."""

    def __init__(
        self,
        seed: int,
        clock: VirtualClock,
        under_way: UnderWay,
        outlet: Outlet,
        on_change: Callable[[Entry], None],
    ) -> None:
        self._seed = seed
        self._clock = clock
        self._under_way = under_way
        self._outlet = outlet
        self._on_change = on_change
        self._tasks: set[asyncio.Task[None]] = set()
        self._switched_on: dict[str, asyncio.Event] = {}
        self._due: dict[tuple[str, str], float] = {}
        self.pace = Pace()
        self.behaviour = Behaviour()

    @staticmethod
    def has_way_to_go(entry: Entry, contact: Contact) -> bool:
        """Whether statuses of the entry are still to come (asked after a restart)."""
        if any(at is not None for at in (entry.failed_at, entry.read_at, entry.expired_at)):
            return False
        if entry.barred and entry.sent_at is not None:
            return False
        unread = entry.seen_at is not None and contact.read_receipts
        return entry.arrived_at is None or unread or entry.plan.find(Fail) is not None

    def begin(self, entry: Entry, contact: Contact) -> None:
        """Send the message on its way (or on, after a restart)."""
        self._spawn(self._travel(entry, contact))

    def device_changed(self, contact: Contact) -> None:
        if contact.device != "offline":
            self._switched_on.pop(contact.wa_id, asyncio.Event()).set()

    def seen(self, entry: Entry, contact: Contact) -> None:
        """The contact has the message on screen for the first time; the read receipt follows if
        receipts are on."""
        entry.seen_at = self._clock.now()
        self._on_change(entry)
        if contact.read_receipts:
            self._spawn(self._report_read(entry, contact))

    def played(self, entry: Entry, contact: Contact) -> None:
        """The contact has played a voice note for the first time; told once, if receipts are on."""
        if entry.played_at is None and contact.read_receipts:
            self._report(entry, contact, "played")

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._due.clear()
        self._switched_on.clear()

    def _spawn(self, work: Any) -> None:
        self._under_way.begin("statuses")
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._under_way.end("statuses")

    async def _travel(self, entry: Entry, contact: Contact) -> None:
        fail: Fail | None = entry.plan.find(Fail)
        if entry.sent_at is None:
            await self._wait(entry, "sent", self.pace.sent_seconds)
            if fail and fail.after == "accept":
                return self._fail(entry, contact, fail)
            self._report(entry, contact, "sent")
        if fail and fail.after == "sent":
            await self._wait(entry, "failed", self.pace.delivered_seconds)
            return self._fail(entry, contact, fail)
        if entry.type == "reaction" or entry.barred:
            return None  # only `sent` follows a reaction, or what a blocked business sends
        if entry.arrived_at is None:
            await self._arrive(entry, contact)
        if entry.expired_at is not None:
            return None  # dropped without a word
        if fail and fail.after == "delivered":
            await self._wait(entry, "failed", self.pace.delivered_seconds)
            return self._fail(entry, contact, fail)
        if entry.seen_at is not None and entry.read_at is None and contact.read_receipts:
            self._report(entry, contact, "read")
        return None

    async def _arrive(self, entry: Entry, contact: Contact) -> None:
        while True:
            if contact.device == "offline":
                await self._until_switched_on(contact)
            if entry.expired_at is not None:
                return
            await self._wait(entry, "delivered", self.pace.delivered_seconds)
            if contact.device != "offline":
                break
        entry.arrived_at = self._clock.now()
        if contact.device == "online-open":
            entry.seen_at = entry.arrived_at
            # Meta skips `delivered` when the conversation is open: `read` alone comes.
            self._report(entry, contact, "read" if contact.read_receipts else "delivered")
        else:
            self._report(entry, contact, "delivered")

    async def _until_switched_on(self, contact: Contact) -> None:
        event = self._switched_on.setdefault(contact.wa_id, asyncio.Event())
        self._under_way.end("statuses")
        try:
            await event.wait()
        finally:
            self._under_way.begin("statuses")

    async def _wait(self, entry: Entry, stage: str, span: tuple[float, float]) -> None:
        """Wait a drawn time, but never overtake an earlier message to the same contact."""
        drawn = self.pace.draw(span, self._seed, "pace", stage, entry.wamid)
        before = self._due.get((entry.to, stage), 0.0)
        at = max(self._clock.now() + drawn, before + 1e-6)
        self._due[entry.to, stage] = at
        await self._clock.sleep_until(at)

    async def _report_read(self, entry: Entry, contact: Contact) -> None:
        drawn = self.pace.draw(self.pace.read_seconds, self._seed, "pace", "read", entry.wamid)
        await self._clock.sleep(drawn)
        self._report(entry, contact, "read")

    def _fail(self, entry: Entry, contact: Contact, fail: Fail) -> None:
        entry.failed_code = fail.code
        self._report(entry, contact, "failed", failure=(fail.code, fail.details))

    def _report(
        self,
        entry: Entry,
        contact: Contact,
        status: str,
        failure: tuple[int, str | None] | None = None,
    ) -> None:
        at = self._clock.now()
        setattr(entry, f"{status}_at", at)
        self._on_change(entry)
        with_opaque = failure is None or self.behaviour.opaque_on_failed
        update = status_update(entry, contact, status, at, with_opaque=with_opaque, failure=failure)
        self._outlet.send(update, entry.to, entry.plan)
