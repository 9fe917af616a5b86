"""The door: the listening socket, which a fault rule may shut for a while."""

from __future__ import annotations

import asyncio

from aiohttp import web

BACKLOG = 1024
POLL_SECONDS = 0.1


class Door:
    """Listens at one port; while it is shut, who connects is refused by the machine itself."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        self._runner, self._host = runner, host
        self._listening: asyncio.Server | None = None
        self._reopening: asyncio.Task[None] | None = None
        self.port = port

    async def open(self) -> None:
        """Listen; port 0 becomes a free one, and stays it."""
        assert self._runner.server is not None
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            self._runner.server, self._host, self.port, backlog=BACKLOG, reuse_address=True
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    def shut(self, seconds: float) -> None:
        """Drop all connections and listen no more, for ``seconds`` of real time."""
        if self._listening is None or self._runner.server is None:
            return
        self._listening.close()
        self._listening = None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        self._reopening = asyncio.get_running_loop().create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while self._listening is None:
            try:
                await self.open()
            except OSError:  # somebody took the port meanwhile: until it is free again
                await asyncio.sleep(POLL_SECONDS)

    async def close(self) -> None:
        """Listen no more; the connections are the runner's to end."""
        if self._reopening is not None:
            self._reopening.cancel()
            await asyncio.gather(self._reopening, return_exceptions=True)
        if self._listening is not None:
            self._listening.close()


DOOR = web.AppKey("door", Door)
