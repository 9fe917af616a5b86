"""What comes while a commit is under way shares the next one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
ITEMS_PER_COMMIT = 2_000
"""Once there are so many, what comes waits for the commit after; one commit must not keep others waiting for long."""


@dataclass
class Gathering(Generic[T]):
    """What will share a commit."""

    gathered: list[T] = field(default_factory=list)
    items: int = 0
    applied: "asyncio.Task[None] | None" = None


class Gatherer(Generic[T]):
    """Calls `work`, which commits, with all that has gathered, one call at a time. For its first `first_seconds` each
    call waits `wait_seconds` for more."""

    def __init__(
        self, work: Callable[[list[T]], Awaitable[None]], first_seconds: float, wait_seconds: float
    ) -> None:
        self._work, self._wait_seconds = work, wait_seconds
        self._wait_until = time.monotonic() + first_seconds
        self._gathering: Gathering[T] = Gathering()
        self._applying = asyncio.Lock()

    async def apply(self, one: T, items: int) -> None:
        """Returns when a call that had this one among its work has returned; raises what it raised."""
        if self._gathering.items >= ITEMS_PER_COMMIT:
            self._gathering = Gathering()
        gathering = self._gathering
        gathering.gathered.append(one)
        gathering.items += items
        if gathering.applied is None:
            gathering.applied = asyncio.create_task(self._apply(gathering))
        await asyncio.shield(gathering.applied)

    async def _apply(self, gathering: Gathering[T]) -> None:
        if time.monotonic() < self._wait_until:
            await asyncio.sleep(self._wait_seconds)
        async with self._applying:
            if self._gathering is gathering:
                self._gathering = Gathering()
            await self._work(gathering.gathered)
