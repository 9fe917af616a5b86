"""uvicorn's WebSocket protocol with the end it lacks: a peer that reads nothing is cut off."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

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
        await super().run_asgi()
        self.loop.call_later(CUT_OFF_SECONDS, self.transport.abort)
