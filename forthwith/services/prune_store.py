"""Forget what is kept only for a while: events, raw webhooks, orphan statuses."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from forthwith.domain.times import DAY
from forthwith.store import events, inbound_changes, orphans, tombstones, webhooks
from forthwith.store.database import Database, StorageUnavailable

log = logging.getLogger(__name__)
EVERY_SECONDS = 600.0
ROWS_AT_ONCE = 1_000
"""Sends wait for the same commits, so that none of ours may be long."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long, in milliseconds. Meta repeats webhooks for 7 days, so orphans must be kept for longer."""

    events: int = 7 * DAY
    webhooks: int = 14 * DAY
    orphans: int = 8 * DAY


async def prune_store(db: Database, keeping: Keeping, now: int) -> int:
    """Delete everything whose time is over; returns how many rows went."""
    pruned = 0
    for prune in (
        partial(events.prune, before=now - keeping.events),
        partial(webhooks.prune, before=now - keeping.webhooks),
        partial(orphans.prune, before=now - keeping.orphans),
        partial(inbound_changes.prune, before=now - keeping.orphans),
        tombstones.prune,
    ):
        while rows := await db.write(partial(prune, limit=ROWS_AT_ONCE)):
            pruned += rows
    return pruned


class Pruner:
    """The loop of one process; with several, whoever comes first does the work."""

    def __init__(self, db: Database, keeping: Keeping, clock: Callable[[], int]) -> None:
        self._db, self._keeping, self._clock = db, keeping, clock

    async def run(self) -> None:
        """Prune now and every ten minutes, until cancelled."""
        while True:
            try:
                pruned = await prune_store(self._db, self._keeping, self._clock())
                log.debug("pruned %d rows", pruned)
            except StorageUnavailable as error:
                log.warning("nothing pruned: the store does not answer (%s)", error)
            await asyncio.sleep(EVERY_SECONDS)
