"""uvicorn's WebSocket protocol with the end it lacks: a peer that reads nothing is cut off. And with a short way out
for frames that are the same for many sockets."""

from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from forthwith.realtime.connection import WRITE

CUT_OFF_SECONDS = 5.0
CLOSE_LAST_SECONDS = 0.3
"""A stopping server lets requests end first: what they change still reaches the browsers, which are away for less."""


class BoundedSocketProtocol(WebSocketsSansIOProtocol):
    """One socket. uvicorn closes politely, which means after everything written was taken: from a peer that takes
    nothing, never. Its memory and its place would be held for as long as it likes."""

    def shutdown(self) -> None:
        """The server stops: 1012, a moment later."""
        self.loop.call_later(CLOSE_LAST_SECONDS, super().shutdown)

    async def run_asgi(self) -> None:
        cast(dict[str, Any], self.scope["extensions"])[WRITE] = self.write
        await super().run_asgi()
        self.loop.call_later(CUT_OFF_SECONDS, self.transport.abort)

    def write(self, wire: bytes) -> bool:
        """Write a frame that is made already. False when it would have to wait, or the socket is closing."""
        is_open = self.writable.is_set() and self.handshake_complete and not self.close_sent
        if not is_open or self.transport.is_closing():
            return False
        self.transport.write(wire)
        return True
