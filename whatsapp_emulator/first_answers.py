"""Waiting for the first webhook about a message to be answered."""

from __future__ import annotations

import asyncio

WAIT_SECONDS = 10.0


class FirstAnswers:
    """Told of every answered update by its wamid; most of them nobody waits for."""

    def __init__(self) -> None:
        self._awaited: dict[str, asyncio.Event] = {}

    def note(self, wamid: str) -> None:
        event = self._awaited.get(wamid)
        if event is not None:
            event.set()

    async def wait(self, wamid: str) -> None:
        """Return when a webhook about the message was answered 200, or after ten seconds."""
        event = self._awaited.setdefault(wamid, asyncio.Event())
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._awaited.pop(wamid, None)
