"""Sends that name media by link: fetched after acceptance, then let on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.faults.rules import Fail, Plan
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.media.attachments import Attachment, attachments, fault_of
from whatsapp_emulator.media.links import LinkError, Links
from whatsapp_emulator.under_way import UnderWay


class Dispatch:
    """``begin`` lets a message on its way: at once, or when its links are fetched."""

    def __init__(
        self, links: Links, under_way: UnderWay, begin: Callable[[Entry, Contact], None]
    ) -> None:
        self._links = links
        self._under_way = under_way
        self._begin = begin
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, entry: Entry, contact: Contact, life: str) -> None:
        """Send an accepted message off; what cannot be fetched will fail with 131053."""
        named = () if entry.type == "text" else attachments(entry.type, entry.payload)
        linked = [one for one in named if one.link and not one.id]
        if not linked or entry.sent_at is not None:
            self._begin(entry, contact)
            return
        self._under_way.begin("statuses")
        task = asyncio.get_running_loop().create_task(self._fetch(entry, contact, linked, life))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._under_way.end("statuses")

    async def _fetch(
        self, entry: Entry, contact: Contact, linked: list[Attachment], life: str
    ) -> None:
        for one in linked:
            try:
                media = await self._links.fetch(one.link or "", entry.phone_number_id, life)
                entry.media = entry.media or media
                fault = fault_of(one, media)
            except LinkError as error:
                fault = str(error)
            if fault:
                entry.plan = Plan([Fail(code=131053, details=fault), *entry.plan.actions])
        self._begin(entry, contact)
