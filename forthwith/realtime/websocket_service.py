"""Sockets: resume after the browser's last `seq`, replay what it missed, go live without a gap (R13).

There is one loop for replay and live: send everything after the cursor, wait for the bell, again. Nothing is pushed
past it, so nothing can be missed or overtaken.
"""

import asyncio
import contextlib
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from forthwith.domain.agent import Agent
from forthwith.metrics import Counter
from forthwith.protocol import OLDEST_VERSION
from forthwith.protocol.shapes import Heartbeat, Reset, Welcome
from forthwith.realtime.connection import (
    PROTOCOL_TOO_OLD,
    RESTARTING,
    SIGNED_OUT,
    TOO_MUCH,
    TRY_AGAIN,
    Closing,
    Connection,
    listen,
    text_of,
    to_resume,
)
from forthwith.realtime.encoded_events import EncodedEvent
from forthwith.realtime.event_log import EventLog
from forthwith.realtime.frames import FrameCache, to_text
from forthwith.store.database import StorageUnavailable

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 15.0
FIRST_FRAME_SECONDS = 10.0
SLOW_SECONDS = 10.0
REPLAY_SECONDS = 60.0
"""How long one frame may take to leave: a replay is as slow as its line, a live socket must keep up."""
LOOK_SECONDS = 2.0
"""The log is read so often even without a bell: between processes a bell may be lost."""
SOCKETS_PER_SESSION = 10


class WebsocketService:
    """All sockets of this process."""

    def __init__(self, event_log: EventLog, epoch: str, replayed: Counter) -> None:
        self._log, self._epoch, self._replayed = event_log, epoch, replayed
        self._frames = FrameCache()
        self._connections: set[Connection] = set()
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something was committed."""
        self._bell.set()

    async def run(self) -> None:
        """Read the log when the bell rings and wake the sockets, until cancelled; then close them all."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._bell.wait()
                self._bell.clear()
                try:
                    # Without a socket nobody waits for events: where they end is all that has to be known.
                    await (self._log.catch_up() if self._connections else self._log.open())
                except StorageUnavailable as error:
                    log.warning("sockets: the log cannot be read (%s); trying again", error)
                for connection in self._connections:
                    if connection.cursor < self._log.head and not self._pass_on(connection):
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
        """Accept one socket and serve it to its end. `who` is asked at each heartbeat: the agent now, None when signed out.

        Nothing may be awaited between `has_room` and this call: the place is taken before anything else.
        """
        connection = Connection(socket, agent, session_key)
        self._connections.add(connection)
        try:
            await socket.accept()
            await self._begin(connection)
            listening = asyncio.create_task(listen(connection))
            try:
                # A task of its own: each event would wake all layers between the server and here.
                await asyncio.create_task(self._send_forever(connection, who))
            finally:
                listening.cancel()
        except (Closing, StorageUnavailable) as end:
            code, reason = end.args if isinstance(end, Closing) else (TRY_AGAIN, "store away")
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                async with asyncio.timeout(SLOW_SECONDS):
                    await socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass  # gone, or too slow to be waited for: the browser resumes on a new socket
        finally:
            self._connections.discard(connection)

    async def _begin(self, connection: Connection) -> None:
        """First frame: `resume`. Answered by `welcome`, or by `reset` when the cursor leads nowhere."""
        try:
            async with asyncio.timeout(FIRST_FRAME_SECONDS):
                text = text_of(await connection.socket.receive())
        except TimeoutError:
            raise Closing(TOO_MUCH, "resume expected") from None
        resume = to_resume(text)
        if resume.protocol < OLDEST_VERSION:
            raise Closing(PROTOCOL_TOO_OLD, "protocol too old")
        await self._log.catch_up()
        head = connection.replay_ends_at = self._log.head
        if resume.epoch == self._epoch and await self._log.oldest_kept() <= resume.seq <= head:
            connection.cursor = connection.prev_seq = resume.seq
            await self._send(connection, to_text(Welcome(self._epoch, head)))
        else:
            await self._reset(connection, head)

    async def _send_forever(
        self, connection: Connection, who: Callable[[], Awaitable[Agent | None]]
    ) -> None:
        connection.beat_in(HEARTBEAT_SECONDS)
        while True:
            connection.bell.clear()
            if connection.closing is not None:
                raise connection.closing
            while batch := await self._log.after(connection.cursor):
                if batch[0].seq != connection.cursor + 1:  # pruned while this reader replayed
                    await self._reset(connection, batch[0].seq - 1)
                await self._send_batch(connection, batch)
            if connection.is_beat_due:
                connection.beat_in(HEARTBEAT_SECONDS)
                await self._beat(connection, who)
            await connection.wait()

    async def _beat(
        self, connection: Connection, who: Callable[[], Awaitable[Agent | None]]
    ) -> None:
        """A heartbeat, or `reset` when the agent's inboxes have changed: other conversations are theirs now."""
        agent: Agent | None = connection.agent
        with contextlib.suppress(StorageUnavailable):  # nobody is signed out because a disk is full
            agent = await who()
        if agent is None:
            raise Closing(SIGNED_OUT, "signed out")
        if agent.inbox_ids != connection.agent.inbox_ids:
            connection.agent = agent
            await self._reset(connection, connection.cursor)
        else:
            await self._send(connection, to_text(Heartbeat(connection.cursor, connection.prev_seq)))

    async def _reset(self, connection: Connection, seq: int) -> None:
        connection.cursor = connection.prev_seq = seq
        await self._send(connection, to_text(Reset(self._epoch, seq)))

    def _pass_on(self, connection: Connection) -> bool:
        """The same without its task, for a live socket that is idle: waking a thousand tasks costs more than writing.
        False when the task has to go on."""
        batch = self._log.recent(connection.cursor)
        is_live = connection.is_idle and connection.cursor >= connection.replay_ends_at
        if not is_live or not batch or batch[0].seq != connection.cursor + 1:
            return False
        frames = self._frames.of(batch, connection.prev_seq, connection.agent.inbox_ids)
        if frames.texts and not (frames.wire and connection.write(frames.wire)):
            return False
        connection.has_sent(batch[-1].seq, frames.seqs)
        return connection.cursor == self._log.head

    async def _send_batch(self, connection: Connection, batch: list[EncodedEvent]) -> None:
        """The cursor also passes what this agent may not see."""
        frames = self._frames.of(batch, connection.prev_seq, connection.agent.inbox_ids)
        for text in frames.texts:
            await self._send(connection, text)
        if connection.cursor < connection.replay_ends_at:
            self._replayed.add(by=bisect_right(frames.seqs, connection.replay_ends_at))
        connection.has_sent(batch[-1].seq, frames.seqs)

    async def _send(self, connection: Connection, frame: str) -> None:
        is_replay = connection.cursor < connection.replay_ends_at
        await connection.send(frame, REPLAY_SECONDS if is_replay else SLOW_SECONDS)
