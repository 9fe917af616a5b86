"""`GET /api/ws`: session and `Origin` are checked before the socket is accepted; the rest is `realtime`'s."""

from starlette.responses import PlainTextResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from forthwith.api.context import agent_of, token_of
from forthwith.realtime.websocket_service import WebsocketService
from forthwith.services.sign_in import hash_token


class LiveEndpoint:
    """The socket's door. The `Origin` middleware stands before it, as before every unsafe method."""

    def __init__(self, service: WebsocketService) -> None:
        self._service = service

    def routes(self) -> list[WebSocketRoute]:
        """To be mounted by the composition root."""
        return [WebSocketRoute("/api/ws", self.connect)]

    async def connect(self, socket: WebSocket) -> None:
        """401 without a session, 429 for an eleventh socket of one: before any 101."""
        agent = await agent_of(socket)
        token = token_of(socket)
        if agent is None or token is None:
            return await socket.send_denial_response(PlainTextResponse("sign in first", 401))
        session_key = hash_token(token)
        if not self._service.has_room(session_key):
            return await socket.send_denial_response(PlainTextResponse("too many sockets", 429))
        await self._service.serve(socket, agent, session_key, lambda: agent_of(socket))
