"""The doorbell between a commit and those who read what it wrote. It may ring too often, and carries nothing."""

import asyncio
from collections.abc import Callable


class Bell:
    """In-process doorbell; `ring` may be called from any thread (the store's writer is one)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` in the event loop after every ring."""
        self._listeners.append(listener)

    def ring(self) -> None:
        """Wake the listeners."""
        self._loop.call_soon_threadsafe(self._ring_all)

    def _ring_all(self) -> None:
        for listener in self._listeners:
            listener()
