"""The live socket of one browser, cut frame by frame."""

import asyncio

from playwright.async_api import BrowserContext, WebSocketRoute


class SocketLine:
    """Every socket that this browser opens goes through here. New ones work."""

    def __init__(self) -> None:
        self.opened = 0
        self.lost = asyncio.Event()
        """A frame was dropped."""
        self._sockets: list[WebSocketRoute] = []
        self._muted = 0
        self._to_lose: str | None = None

    @classmethod
    async def of(cls, context: BrowserContext) -> "SocketLine":
        """Before its first page."""
        line = cls()
        await context.route_web_socket("**/api/ws", line._connect)
        return line

    def mute(self) -> None:
        """What is open now stays open, and nothing comes any more."""
        self._muted = self.opened

    def cut(self) -> None:
        """Works again, for sockets opened from now on; what was muted is closed by the network."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            asyncio.get_running_loop().create_task(socket.close(code=1001))

    def lose(self, text: str) -> None:
        """Drop the next frame with this in it, in silence."""
        self._to_lose = text
        self.lost.clear()

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self.opened += 1
        number = self.opened
        self._sockets.append(socket)

        def hear(frame: str | bytes) -> None:
            if number <= self._muted:
                return
            if self._to_lose is not None and self._to_lose in str(frame):
                self._to_lose = None
                self.lost.set()
                return
            socket.send(frame)

        server.on_message(hear)
