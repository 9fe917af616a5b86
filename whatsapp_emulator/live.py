"""The live feed: what happens, told at once to whoever listens (the phone page)."""

from __future__ import annotations

import asyncio
from typing import Any

BACKLOG = 2000


class LiveFeed:
    """Events are JSON objects with a ``type``; a listener that cannot keep up is cut off."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens; what nobody hears need not be worded."""
        return bool(self._listeners)

    def listen(self) -> asyncio.Queue[dict[str, Any] | None]:
        """A queue of events; None means the feed has ended."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(BACKLOG)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        self._listeners.discard(queue)

    def publish(self, event: dict[str, Any]) -> None:
        for queue in list(self._listeners):
            if queue.qsize() >= BACKLOG - 1:
                self._end(queue)
            else:
                queue.put_nowait(event)

    def close(self) -> None:
        for queue in list(self._listeners):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        self.leave(queue)
        queue.put_nowait(None)
