"""The newest part of the log in memory, encoded once for all sockets; older parts are read from the store."""

import asyncio
from collections import deque

from forthwith.realtime.encoded_events import PAGE, EncodedEvent, read_page
from forthwith.store import events
from forthwith.store.database import Database

KEPT = 2_000
KEPT_BYTES = 4 * 1024 * 1024
"""Texts may be large: of both, whichever is reached first."""


class EventLog:
    """Reads the log once per commit for all sockets of this process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._recent: deque[EncodedEvent] = deque()
        self._bytes = 0
        self._starts_after = 0
        self._lock = asyncio.Lock()
        self.head = 0

    async def open(self) -> None:
        """Start, or start again, at the newest event: nothing is in memory."""
        async with self._lock:
            self.head = self._starts_after = await self._db.look(events.newest_seq)
            self._recent.clear()
            self._bytes = 0

    async def catch_up(self) -> None:
        """Read what was committed since; called when the doorbell rings."""
        async with self._lock:
            is_more = True
            while is_more:  # what is committed meanwhile rings again
                batch, is_more = await read_page(self._db, self.head)
                for event in batch:
                    self._keep(event)

    def _keep(self, event: EncodedEvent) -> None:
        self._recent.append(event)
        self._bytes += len(event.rest)
        self.head = event.seq
        while len(self._recent) > KEPT or self._bytes > KEPT_BYTES:
            oldest = self._recent.popleft()
            self._bytes -= len(oldest.rest)
            self._starts_after = oldest.seq

    async def after(self, seq: int) -> list[EncodedEvent]:
        """The next events after `seq`, whoever may see them; empty when there are none."""
        if seq < self._starts_after:
            return (await read_page(self._db, seq))[0]
        return self.recent(seq)

    def recent(self, seq: int) -> list[EncodedEvent]:
        """As `after`, from memory: empty also when the next one is there no longer."""
        if not self._starts_after <= seq < self.head:
            return []
        skip = max(0, len(self._recent) - (self.head - seq))  # seq has no gaps
        return [self._recent[at] for at in range(skip, min(skip + PAGE, len(self._recent)))]

    async def oldest_kept(self) -> int:
        """Resuming is possible from this `seq` on."""
        return await self._db.read(events.oldest_kept_seq)
