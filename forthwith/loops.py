"""The loops that run beside the requests. One that raises is started again; all end with the server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

RESTART_AFTER_SECONDS = 1.0


class Waking:
    """How a loop waits that everything rings for and little concerns: one look serves all that rang in a short while."""

    def __init__(self, tick_seconds: float = 1.0, gather_seconds: float = 0.03) -> None:
        self._bell = asyncio.Event()
        self._tick_seconds, self._gather_seconds = tick_seconds, gather_seconds

    def ring(self) -> None:
        """There may be something to do."""
        self._bell.set()

    async def wait(self) -> None:
        """Until somebody rings, or a tick has passed: what was put off comes due without a bell."""
        try:
            async with asyncio.timeout(self._tick_seconds):
                await self._bell.wait()
            await asyncio.sleep(self._gather_seconds)
        except TimeoutError:
            pass
        self._bell.clear()


class Loops:
    """A handful of endless coroutines by name."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._resting: set[str] = set()

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Call `run` now, and again whenever it raises or returns."""
        self._tasks[name] = asyncio.create_task(self._keep_running(name, run), name=name)

    def stopped(self) -> list[str]:
        """Names of those not running at the moment."""
        return sorted(self._resting)

    async def stop(self, within_seconds: float) -> None:
        """Cancel all and let them finish what is under way; what takes longer is cut off."""
        tasks = set(self._tasks.values())
        for _ in range(2):
            for task in tasks:
                task.cancel()
            if tasks:
                _, tasks = await asyncio.wait(tasks, timeout=within_seconds)

    async def _keep_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await run()
                log.error("The loop %s has ended; it starts again.", name)
            except Exception:
                log.exception("The loop %s has failed; it starts again.", name)
            self._resting.add(name)
            await asyncio.sleep(RESTART_AFTER_SECONDS)
            self._resting.discard(name)
