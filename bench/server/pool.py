"""Open-loop load: requests leave when they are due, and waiting for a free connection counts as waiting."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from bench.server.provider import end_of_message


@dataclass
class Pool:
    """Connections to one server. `seconds`: from when a request was due to its answer; `refused`: answers not 2xx."""

    port: int
    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)
    idle: list["Connection"] = field(default_factory=list)
    under_way: int = 0

    connections: int = 0
    most: int = 48
    connecting: set["asyncio.Task[None]"] = field(default_factory=set)

    def ask(self, request: bytes) -> None:
        """Due now."""
        self.waiting.append((time.perf_counter(), request))
        if self.idle:
            self.idle.pop().next()
        elif self.connections < self.most:  # the server closes those that rest for 5 s
            self.connections += 1
            task = asyncio.create_task(self._connect())
            self.connecting.add(task)
            task.add_done_callback(self.connecting.discard)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port)

    async def drained(self, within_seconds: float) -> bool:
        """True when everything asked is answered in time."""
        deadline = time.monotonic() + within_seconds
        while self.waiting or self.under_way:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True


class Connection(asyncio.Protocol):
    """One of them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._buffer = b""
        self._due = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop does
        self._transport = transport
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._pool.connections -= 1
        if self in self._pool.idle:
            self._pool.idle.remove(self)

    def next(self) -> None:
        """Send what has waited longest, or rest."""
        if not self._pool.waiting:
            self._pool.idle.append(self)
            return
        self._due, request = self._pool.waiting.popleft()
        self._pool.under_way += 1
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = end_of_message(self._buffer)
        if end is None:
            return
        self._pool.refused += self._buffer[9:10] != b"2"
        self._pool.seconds.append(time.perf_counter() - self._due)
        self._pool.under_way -= 1
        self._buffer = self._buffer[end:]
        self.next()
