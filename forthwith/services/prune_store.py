"""Forget what is kept only for a while: events, raw webhooks, orphan statuses, files that nothing refers to."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from forthwith.domain.times import DAY, SECOND
from forthwith.store import events, inbound_changes, media, orphans, tombstones, webhooks
from forthwith.store.database import Database, StorageUnavailable
from forthwith.store.media_files import MediaFiles

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
    unsent_files: int = DAY


async def prune_store(db: Database, keeping: Keeping, now: int) -> int:
    """Delete everything whose time is over; returns how many rows went."""
    pruned = 0
    for prune in (
        partial(events.prune, before=now - keeping.events),
        partial(webhooks.prune, before=now - keeping.webhooks),
        partial(orphans.prune, before=now - keeping.orphans),
        partial(media.prune_uploads, before=now - keeping.unsent_files),
        partial(inbound_changes.prune, before=now - keeping.orphans),
        tombstones.prune,
    ):
        while rows := await db.write(partial(prune, limit=ROWS_AT_ONCE)):
            pruned += rows
    return pruned


async def prune_files(db: Database, files: MediaFiles, keeping: Keeping, now: int) -> int:
    """Delete the rows and then the files that nothing refers to, once they are old enough; returns how many files.

    A file without a row was left by a process that died; one that has just been brought has none yet, so age decides.
    """
    before = now - keeping.unsent_files
    look = partial(media.unreferenced, before=before, limit=ROWS_AT_ONCE)
    while ids := await db.read(look):
        if not await db.write(partial(media.prune, ids=ids, before=before)):
            break  # they have found a message meanwhile
    pruned = 0
    for paths in await asyncio.to_thread(files.old, before / SECOND):
        names = [each.name for each in paths]
        orphaned = await db.read(partial(media.without_row, hashes=names)) if names else set()
        unneeded = [each for each in paths if each.name in orphaned]
        pruned += await files.forget(unneeded, before / SECOND)
    return pruned


class Pruner:
    """The loop of one process; with several, whoever comes first does the work."""

    def __init__(
        self, db: Database, files: MediaFiles, keeping: Keeping, clock: Callable[[], int]
    ) -> None:
        self._db, self._files, self._keeping, self._clock = db, files, keeping, clock

    async def run(self) -> None:
        """Prune now and every ten minutes, until cancelled."""
        while True:
            try:
                pruned = await prune_store(self._db, self._keeping, self._clock())
                files = await prune_files(self._db, self._files, self._keeping, self._clock())
                log.debug("pruned %d rows and %d files", pruned, files)
            except StorageUnavailable as error:
                log.warning("nothing pruned: the store does not answer (%s)", error)
            await asyncio.sleep(EVERY_SECONDS)
