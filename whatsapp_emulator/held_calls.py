"""Answers that wait on purpose, and the word that lets them go."""

from __future__ import annotations

import asyncio

from aiohttp import web

LOOK_EVERY_SECONDS = 0.05


class HeldCalls:
    """``stopping`` is set when the emulator stops: nothing is held any longer."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self._times_let_go = 0

    def let_go(self) -> None:
        """Answer everything that waits now."""
        self._times_let_go += 1

    async def hold(self, request: web.Request, seconds: float) -> bool:
        """Wait ``seconds`` of real time; True when let go earlier, to be answered after all.

        False when the time is over, the client has hung up or the emulator stops.
        """
        loop = asyncio.get_running_loop()
        until, before = loop.time() + seconds, self._times_let_go
        while loop.time() < until and not self._stopping.is_set():
            if request.transport is None or request.transport.is_closing():
                return False
            if self._times_let_go != before:
                return True
            await asyncio.sleep(min(LOOK_EVERY_SECONDS, max(0.0, until - loop.time())))
        return False
