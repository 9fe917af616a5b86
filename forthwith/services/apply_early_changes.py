"""Apply reactions and edits that came before the message they are about: webhooks have no order (R10)."""

import asyncio
import logging
from collections.abc import Callable

from forthwith.store import inbound_changes
from forthwith.store.database import Database, StorageUnavailable

log = logging.getLogger(__name__)
EVERY_SECONDS = 5.0
"""It is rare, and a reaction is read at leisure."""


class EarlyChanges:
    """The loop of one process. With several, each looks; whoever comes first applies."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db, self._clock = db, clock

    async def run(self) -> None:
        """Look now and every five seconds, until cancelled. An idle store is read, never written to."""
        while True:
            try:
                await inbound_changes.apply_early(self._db, self._clock())
            except StorageUnavailable as error:
                log.warning("no early change applied: the store does not answer (%s)", error)
            await asyncio.sleep(EVERY_SECONDS)
