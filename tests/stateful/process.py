"""A process that may be killed, and a loop whose clock the search moves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from forthwith.store.database import Database, Work

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its timers run on a clock that the search moves forward."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


class Mortal:
    """One life of a process: after `kill` nothing it still wants to read or write happens."""

    def __init__(self, db: Database) -> None:
        self._db, self.epoch = db, db.epoch
        self._is_dead = False
        self.under_way = 0

    async def write(self, work: Work[T]) -> T:
        return await self._alive(self._db.write, work)

    async def read(self, work: Work[T]) -> T:
        return await self._alive(self._db.read, work)

    async def look(self, work: Work[T]) -> T:
        return await self._alive(self._db.look, work)

    async def close(self) -> None:
        """The store outlives the life."""

    def kill(self) -> None:
        self._is_dead = True

    async def _alive(self, do: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        if self._is_dead:
            await asyncio.Future()
        self.under_way += 1
        try:
            result = await do(work)
        finally:
            self.under_way -= 1
        if self._is_dead:
            await asyncio.Future()
        return result
