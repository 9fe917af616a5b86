"""Sockets: resume after the browser's last `seq`, replay what it missed, go live without a gap (R13).

There is one loop for replay and live: send everything after the cursor, wait for the bell, again. Nothing is pushed
past it, so nothing can be missed or overtaken.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from forthwith.domain.agent import Agent
from forthwith.protocol import OLDEST_VERSION
from forthwith.protocol.shapes import Heartbeat, Reset, Resume, Typing, Welcome
from forthwith.realtime.event_log import EncodedEvent, EventLog

HEARTBEAT_SECONDS = 15.0
FIRST_FRAME_SECONDS = 10.0
SLOW_SECONDS = 10.0
FRAMES_PER_SECOND = 50
SOCKETS_PER_SESSION = 10

SIGNED_OUT = 4401
PROTOCOL_TOO_OLD = 4406
RESTARTING = 1012
NOT_UNDERSTOOD = 1007
TOO_MUCH = 1008


class Connection:
    """One browser's socket. `cursor`: everything up to it that this agent may see has been sent."""

    def __init__(self, socket: WebSocket, agent: Agent, session_key: str) -> None:
        self.socket, self.agent, self.session_key = socket, agent, session_key
        self.cursor = 0
        self.prev_seq = 0
        self.bell = asyncio.Event()
        self.ephemeral: list[bytes] = []
        self.closing: tuple[int, str] | None = None

    def close_soon(self, code: int, reason: str) -> None:
        """Ask the connection's own loop to close it."""
        self.closing = (code, reason)
        self.bell.set()


class WebsocketService:
    """All sockets of this process."""

    def __init__(self, log: EventLog, epoch: str) -> None:
        self._log, self._epoch = log, epoch
        self._connections: set[Connection] = set()
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something was committed."""
        self._bell.set()

    async def run(self) -> None:
        """Read the log when the bell rings and wake the sockets, until cancelled; then close them all."""
        try:
            while True:
                await self._bell.wait()
                self._bell.clear()
                with contextlib.suppress(
                    Exception
                ):  # the store may be away: the next ring or heartbeat tries again
                    await self._log.catch_up()
                for connection in self._connections:
                    connection.bell.set()
        finally:
            for connection in self._connections:
                connection.close_soon(RESTARTING, "restarting")

    def close_session(self, session_key: str) -> None:
        """The session has ended: its sockets end with it."""
        for connection in self._connections:
            if connection.session_key == session_key:
                connection.close_soon(SIGNED_OUT, "signed out")

    def count(self) -> int:
        """Sockets now open."""
        return len(self._connections)

    def has_room(self, session_key: str) -> bool:
        """False when this session has as many sockets as one browser can need."""
        return (
            sum(connection.session_key == session_key for connection in self._connections)
            < SOCKETS_PER_SESSION
        )

    async def serve(
        self,
        socket: WebSocket,
        agent: Agent,
        session_key: str,
        who: Callable[[], Awaitable[Agent | None]],
    ) -> None:
        """Serve one accepted socket to its end. `who` is asked at each heartbeat: the agent now, None when signed out."""
        connection = Connection(socket, agent, session_key)
        try:
            if not await self._begin(connection):
                return
            self._connections.add(connection)
            listening = asyncio.create_task(self._listen(connection))
            try:
                await self._send_forever(connection, who)
            finally:
                listening.cancel()
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass  # gone, or too slow to be waited for: the browser resumes on a new socket
        finally:
            self._connections.discard(connection)

    async def _begin(self, connection: Connection) -> bool:
        """First frame: `resume`. Answered by `welcome`, or by `reset` when the cursor leads nowhere."""
        async with asyncio.timeout(FIRST_FRAME_SECONDS):
            frame = await connection.socket.receive()
        try:
            resume = msgspec.json.decode(frame.get("text") or b"", type=Resume)
        except msgspec.MsgspecError:
            if frame["type"] == "websocket.receive":
                await connection.socket.close(NOT_UNDERSTOOD, "the first frame must be resume")
            return False
        if resume.protocol < OLDEST_VERSION:
            await connection.socket.close(PROTOCOL_TOO_OLD, "protocol too old")
            return False
        await self._log.catch_up()
        head = self._log.head
        possible = (
            resume.epoch == self._epoch and await self._log.oldest_kept() <= resume.seq <= head
        )
        connection.cursor = connection.prev_seq = resume.seq if possible else head
        answer = Welcome(self._epoch, head) if possible else Reset(self._epoch, head)
        await self._send(connection, msgspec.json.encode(answer))
        return True

    async def _send_forever(
        self, connection: Connection, who: Callable[[], Awaitable[Agent | None]]
    ) -> None:
        loop = asyncio.get_running_loop()
        heartbeat_at = loop.time() + HEARTBEAT_SECONDS
        while True:
            connection.bell.clear()
            if connection.closing is not None:
                return await connection.socket.close(*connection.closing)
            while batch := await self._log.after(connection.cursor):
                await self._send_batch(connection, batch)
            ephemeral, connection.ephemeral = connection.ephemeral, []
            for frame in ephemeral:
                await self._send(connection, frame)
            try:
                async with asyncio.timeout_at(heartbeat_at):
                    await connection.bell.wait()
            except TimeoutError:
                heartbeat_at = loop.time() + HEARTBEAT_SECONDS
                agent = await who()
                if agent is None:
                    return await connection.socket.close(SIGNED_OUT, "signed out")
                await self._send(connection, self._heartbeat(connection, agent))

    def _heartbeat(self, connection: Connection, agent: Agent) -> bytes:
        """Or `reset`, when the agent's inboxes have changed: other conversations are theirs now."""
        if agent.inbox_ids != connection.agent.inbox_ids:
            connection.agent = agent
            connection.prev_seq = connection.cursor
            return msgspec.json.encode(Reset(self._epoch, connection.cursor))
        return msgspec.json.encode(Heartbeat(connection.cursor))

    async def _send_batch(self, connection: Connection, batch: list[EncodedEvent]) -> None:
        """One frame for all of a batch; the cursor also passes what this agent may not see."""
        parts = []
        for event in batch:
            if event.inbox_id in connection.agent.inbox_ids:
                parts.append(event.after(connection.prev_seq))
                connection.prev_seq = event.seq
        if len(parts) == 1:
            await self._send(connection, parts[0])
        elif parts:
            await self._send(connection, b'{"type":"events","events":[' + b",".join(parts) + b"]}")
        connection.cursor = batch[-1].seq

    async def _send(self, connection: Connection, frame: bytes) -> None:
        async with asyncio.timeout(SLOW_SECONDS):
            await connection.socket.send_text(frame.decode())

    async def _listen(self, connection: Connection) -> None:
        """The browser says little: `typing`. More than 50 frames a second is a flood."""
        second, frames = 0, 0
        clock = asyncio.get_running_loop().time
        while True:
            frame = await connection.socket.receive()
            if frame["type"] == "websocket.disconnect":
                return connection.close_soon(1000, "")
            second, frames = (second, frames + 1) if int(clock()) == second else (int(clock()), 1)
            if frames > FRAMES_PER_SECOND:
                return connection.close_soon(TOO_MUCH, "too many frames")
            if frame.get("text") is None:
                return connection.close_soon(1003, "text frames only")
            try:
                self._hear(connection, msgspec.json.decode(frame["text"]))
            except (msgspec.MsgspecError, TypeError):
                return connection.close_soon(NOT_UNDERSTOOD, "not understood")

    def _hear(self, connection: Connection, frame: Any) -> None:
        if not isinstance(frame, dict):
            raise TypeError("frames are objects")
        if frame.get("type") != "typing" or not isinstance(frame.get("conversation_id"), str):
            return
        typing = Typing(frame["conversation_id"], connection.agent.id, connection.agent.name)
        for other in self._connections:
            if other is not connection and other.agent.inbox_ids & connection.agent.inbox_ids:
                other.ephemeral.append(msgspec.json.encode(typing))
                other.bell.set()
