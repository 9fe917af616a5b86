"""The door: the listening socket, which a fault rule may shut for a while."""

from __future__ import annotations

import asyncio

from aiohttp import web

BACKLOG = 1024


class Door:
    """Listens at one port; while it is shut, who connects is refused by the machine itself."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        self._runner, self._host, self._port = runner, host, port
        self._site: web.TCPSite | None = None
        self._reopening: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return self._port

    async def open(self) -> None:
        """Listen; port 0 becomes a free one, and stays it."""
        self._site = web.TCPSite(self._runner, self._host, self._port, backlog=BACKLOG)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    def shut(self, seconds: float) -> None:
        """Drop all connections and listen no more, for ``seconds`` of real time."""
        if self._reopening is None or self._reopening.done():
            self._reopening = asyncio.get_running_loop().create_task(self._stay_shut(seconds))

    async def _stay_shut(self, seconds: float) -> None:
        assert self._site is not None
        await self._site.stop()
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(seconds)
        await self.open()

    async def close(self) -> None:
        """No reopening any more; the runner's clean-up does the rest."""
        if self._reopening is not None:
            self._reopening.cancel()
            await asyncio.gather(self._reopening, return_exceptions=True)


DOOR = web.AppKey("door", Door)
