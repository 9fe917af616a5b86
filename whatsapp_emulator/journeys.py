"""The way of an accepted message: left WhatsApp, on the phone, on its screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.faults.rules import (
    BadSignature,
    Delay,
    Drop,
    Duplicate,
    Fail,
    Reverse,
    StripOpaque,
)
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.pace import Behaviour, Pace
from whatsapp_emulator.under_way import UnderWay
from whatsapp_emulator.webhooks.engine import WebhookEngine
from whatsapp_emulator.webhooks.shapes import Update, status_update


class Journeys:
    """Moves every entry along and reports its statuses; ``on_change`` hears of each step."""

    def __init__(
        self,
        seed: int,
        clock: VirtualClock,
        under_way: UnderWay,
        webhooks: WebhookEngine,
        on_change: Callable[[Entry], None],
    ) -> None:
        self._seed = seed
        self._clock = clock
        self._under_way = under_way
        self._webhooks = webhooks
        self._on_change = on_change
        self._tasks: set[asyncio.Task[None]] = set()
        self._switched_on: dict[str, asyncio.Event] = {}
        self._due: dict[tuple[str, str], float] = {}
        self._held: dict[str, list[Update]] = {}
        self.pace = Pace()
        self.behaviour = Behaviour()

    @staticmethod
    def has_way_to_go(entry: Entry, contact: Contact) -> bool:
        """Whether statuses of the entry are still to come (asked after a restart)."""
        if entry.failed_at is not None or entry.read_at is not None:
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

    def let_go(self) -> None:
        """Report at once what ``reverse`` holds back until a later status."""
        held, self._held = self._held, {}
        for updates in held.values():
            for update in updates:
                self._webhooks.submit(update)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._due.clear()
        self._held.clear()
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
        with_opaque = entry.plan.find(StripOpaque) is None
        if failure is not None and not self.behaviour.opaque_on_failed:
            with_opaque = False
        update = status_update(entry, contact, status, at, with_opaque=with_opaque, failure=failure)
        self._submit(entry, update)

    def _submit(self, entry: Entry, update: Update) -> None:
        """Hand a status to the engine, spoilt as the entry's plan says."""
        plan, status = entry.plan, update.status or ""
        lie: BadSignature | None = plan.find(BadSignature)
        update.lies = lie.attempts if lie else 0
        reverse: Reverse | None = plan.find(Reverse)
        if reverse and status == "sent":
            self._held.setdefault(entry.wamid, []).append(update)
            return
        updates = [update, *self._held.pop(entry.wamid, [])]
        drop: Drop | None = plan.find(Drop)
        if drop:
            updates = [one for one in updates if one.status not in drop.statuses]
        if reverse and len(updates) > 1:
            self._webhooks.submit_in_turn(updates, one_post=reverse.one_post)
            return
        delay: Delay | None = plan.find(Delay)
        duplicate: Duplicate | None = plan.find(Duplicate)
        for one in updates:
            late = delay if delay and _names(delay.statuses, one.status) else None
            again = duplicate if duplicate and _names(duplicate.statuses, one.status) else None
            for _ in range(1 + (again.copies if again else 0)):
                self._webhooks.submit(one, after_seconds=late.seconds if late else 0.0)


def _names(statuses: list[Any] | None, status: str | None) -> bool:
    return statuses is None or status in statuses
