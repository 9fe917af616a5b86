"""The outlet: when a message's webhooks leave, how often and in whose company, as its plan says.

Nothing here asks what the time is or who came first, except among the updates of one contact:
there the order is the order of the messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec

from whatsapp_emulator.chance import fraction
from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.faults.disguise import before, beside, disguise
from whatsapp_emulator.faults.rules import Plan
from whatsapp_emulator.faults.spoilt_webhooks import (
    Batch,
    Delay,
    Drop,
    Duplicate,
    Reverse,
    Storm,
)
from whatsapp_emulator.under_way import UnderWay
from whatsapp_emulator.webhooks.engine import WebhookEngine
from whatsapp_emulator.webhooks.shapes import Update

Key = tuple[object, ...]


class Outlet:
    """Between those who have news of a message and the engine that posts it."""

    def __init__(
        self, seed: int, clock: VirtualClock, under_way: UnderWay, engine: WebhookEngine
    ) -> None:
        self._seed, self._clock, self._under_way, self._engine = seed, clock, under_way, engine
        self._reversed: dict[str, list[Update]] = {}
        self._gathered: dict[Key, list[Update]] = {}
        self._storm_at: dict[float, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def held(self) -> list[Update]:
        """What waits for company."""
        return [update for updates in self._gathered.values() for update in updates]

    def let_go(self) -> None:
        """Send now what waits for company or for a later status."""
        reversed_, self._reversed = self._reversed, {}
        for updates in reversed_.values():
            self._engine.submit(updates)
        for key in list(self._gathered):
            self._engine.submit_together(self._release(key))

    async def clear(self) -> None:
        """Forget what is held back."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for updates in self._gathered.values():
            self._under_way.end("webhooks", len(updates))
        for memory in (self._reversed, self._gathered, self._storm_at):
            memory.clear()

    def send(self, update: Update, wa_id: str, plan: Plan) -> None:
        """Send news of a message to or from that contact."""
        if not plan.actions:
            self._engine.submit([update])
            return
        update = disguise(update, plan)
        reverse: Reverse | None = plan.find(Reverse)
        if reverse and update.status == "sent":
            self._reversed.setdefault(update.wamid, []).append(update)
            return
        updates = [update, *self._reversed.pop(update.wamid, [])]
        for drop in plan.every(Drop):
            updates = [one for one in updates if one.status not in drop.statuses]
        if reverse and len(updates) > 1:
            if reverse.one_post:
                self._engine.submit_together(updates)
            else:
                self._engine.submit_in_turn(updates)
            return
        for one in updates:
            self._dispatch(one, wa_id, plan)

    def _dispatch(self, update: Update, wa_id: str, plan: Plan) -> None:
        late, next_key = self._late(update, plan), ("next", wa_id, update.status)
        self._engine.submit(before(update, plan), after_seconds=late)
        company = [update, *beside(update, plan)]
        batch: Batch | None = plan.find(Batch)
        if batch and not late:
            self._batch(company, wa_id, batch)
        else:
            company += [] if late else self._release(next_key)
            self._post(company, late)
        for duplicate in plan.every(Duplicate):
            if duplicate.statuses is None or update.status in duplicate.statuses:
                copies = [msgspec.structs.replace(update) for _ in range(duplicate.copies)]
                if duplicate.company == "next":
                    self._gather(next_key, copies, duplicate.wait_seconds)
                else:
                    self._engine.submit(copies, after_seconds=late)

    def _post(self, updates: list[Update], late: float) -> None:
        if len(updates) == 1:
            self._engine.submit(updates, after_seconds=late)
        else:
            self._engine.submit_together(updates, after_seconds=late)

    def _late(self, update: Update, plan: Plan) -> float:
        """Seconds to hold the update back; the storm's moment is the same for all."""
        seconds = 0.0
        for delay in plan.every(Delay):
            if delay.statuses is None or update.status in delay.statuses:
                seconds += self._drawn(delay, update)
        for storm in plan.every(Storm):
            now = self._clock.now()
            breaks_at = self._storm_at.setdefault(storm.seconds, now + storm.seconds)
            seconds += max(0.0, breaks_at - now)
        return seconds

    def _drawn(self, delay: Delay, update: Update) -> float:
        if delay.tail is None:
            return delay.seconds
        drawn = 1.0 - fraction(self._seed, "delay", update.wamid, update.status)
        return float(min(delay.most_seconds, delay.seconds * drawn ** (-1 / delay.tail)))

    # --- company --------------------------------------------------------------------------------

    def _batch(self, updates: list[Update], wa_id: str, batch: Batch) -> None:
        first = updates[0]
        key: Key = ("batch", batch.size, wa_id)
        if not batch.mixed:
            key = (*key, first.kind, first.status)
        self._gather(key, updates, batch.wait_seconds)
        if len(self._gathered[key]) >= batch.size:
            self._engine.submit_together(self._release(key))

    def _gather(self, key: Key, updates: list[Update], wait_seconds: float) -> None:
        if key not in self._gathered:
            self._gathered[key] = []
            self._spawn(self._let_go(key, self._gathered[key], wait_seconds))
        self._gathered[key] += updates
        self._under_way.begin("webhooks", len(updates))

    def _release(self, key: Key) -> list[Update]:
        """Whatever was gathered under the key, which is free again."""
        updates = self._gathered.pop(key, [])
        self._under_way.end("webhooks", len(updates))
        return updates

    async def _let_go(self, key: Key, waiting: list[Update], wait_seconds: float) -> None:
        """After the wait, send what is still there without the rest."""
        await self._clock.sleep(wait_seconds)
        if self._gathered.get(key) is waiting:
            self._engine.submit_together(self._release(key))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
