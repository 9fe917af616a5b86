"""The virtual clock: wall time, plus what tests have added to it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class VirtualClock:
    """Seconds since 1970 that can be moved forward; sleepers whose time has come wake at once."""

    def __init__(self, ahead_seconds: float = 0.0) -> None:
        # Anchored once: a step of the machine's clock must not move timers.
        self._origin = time.time() - time.monotonic()
        self._sleepers: dict[asyncio.Future[None], tuple[float, asyncio.TimerHandle]] = {}
        self.ahead_seconds = ahead_seconds

    def now(self) -> float:
        return self._origin + time.monotonic() + self.ahead_seconds

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(
        self, at: float, sleeping: dict[asyncio.Future[None], None] | None = None
    ) -> None:
        """Return when the virtual time is ``at``; always yields once.

        Whoever gives ``sleeping``, futures in the order they began to sleep, can ``wake`` them
        early.
        """
        if at <= self.now() and not self._sleepers:  # or it would overtake one whose time has come
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self._arm(woken, at)
        if sleeping is not None:
            sleeping[woken] = None
        try:
            await woken
        finally:
            self._sleepers.pop(woken)[1].cancel()
            if sleeping is not None:
                del sleeping[woken]

    def advance(self, seconds: float) -> None:
        self.ahead_seconds += seconds
        for woken, (at, timer) in list(self._sleepers.items()):
            timer.cancel()
            self._arm(woken, at)

    def rewind(self) -> None:
        """Back to wall time (after a reset)."""
        self.advance(-self.ahead_seconds)

    def _arm(self, woken: asyncio.Future[None], at: float) -> None:
        # The loop's own time is monotonic time: an exact instant keeps sleepers in their order.
        at_loop_time = at - self._origin - self.ahead_seconds
        timer = asyncio.get_running_loop().call_at(at_loop_time, wake, woken)
        self._sleepers[woken] = (at, timer)


def wake(woken: asyncio.Future[None]) -> None:
    """End a sleep now."""
    if not woken.done():
        woken.set_result(None)


def iso(at: float | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as the control plane writes times."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
