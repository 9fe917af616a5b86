"""One browser's socket, and what may come in by it: `resume`, and then nothing that matters."""

import asyncio
import json
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from forthwith.domain.agent import Agent
from forthwith.protocol.shapes import Resume

FRAMES_PER_SECOND = 50

SIGNED_OUT = 4401
PROTOCOL_TOO_OLD = 4406
RESTARTING = 1012
TEXT_ONLY = 1003
NOT_UNDERSTOOD = 1007
TOO_MUCH = 1008
TRY_AGAIN = 1013


WRITE = "forthwith.write"
"""Extension of the ASGI scope: a function that takes the bytes of one frame, and answers False when it cannot now."""


class Closing(Exception):
    """The socket is to be closed with this code and reason."""


class Connection:
    """One browser's socket. `cursor`: everything up to it that this agent may see has been sent."""

    def __init__(self, socket: WebSocket, agent: Agent, session_key: str) -> None:
        self.socket, self.agent, self.session_key = socket, agent, session_key
        self.cursor = 0
        self.prev_seq = 0
        self.replay_ends_at = 0
        self.bell = asyncio.Event()
        self.closing: Closing | None = None
        self.is_beat_due = False
        self.is_idle = False
        self._write = socket.scope.get("extensions", {}).get(WRITE)
        self._late_at: float | None = None
        self._is_watched = False
        self._is_late = False

    def beat_in(self, seconds: float) -> None:
        """Wake for a heartbeat then. A timer of its own: a time-out around each wait would cost every event two."""
        self.is_beat_due = False
        asyncio.get_running_loop().call_later(seconds, self._beat)

    def _beat(self) -> None:
        self.is_beat_due = True
        self.bell.set()

    async def wait(self) -> None:
        """Until the bell is rung. `is_idle` meanwhile: nothing is under way, and others may write."""
        self.is_idle = True
        try:
            await self.bell.wait()
        finally:
            self.is_idle = False

    def has_sent(self, cursor: int, seqs: list[int]) -> None:
        """Everything up to `cursor`; of it, these were for this agent."""
        self.cursor = cursor
        self.prev_seq = seqs[-1] if seqs else self.prev_seq

    def write(self, wire: bytes) -> bool:
        """Write the bytes of one frame now. False when nothing was written: the browser does not take what it got."""
        return self._write is not None and self._write(wire)

    async def send(self, frame: str, within_seconds: float) -> None:
        """Send one frame. Raises TimeoutError when the browser does not let it leave in time.

        One timer watches all frames of that time: a time-out around each would cost as much as sending it.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None, "sockets are served in tasks"
        self._late_at = loop.time() + within_seconds
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(within_seconds, self._watch, task)
        try:
            await self.socket.send_text(frame)
        except asyncio.CancelledError:
            if self._is_late and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._late_at = None

    def _watch(self, task: "asyncio.Task[Any]") -> None:
        """Cut off the frame that is late; look again when another one would be."""
        loop = asyncio.get_running_loop()
        self._is_watched = self._late_at is not None
        if self._late_at is None:
            return
        seconds = self._late_at - loop.time()
        if seconds > 0:
            loop.call_later(seconds, self._watch, task)
        else:
            self._is_late = True
            task.cancel()

    def close_soon(self, code: int, reason: str) -> None:
        """Ask the connection's own loop to close it."""
        self.closing = Closing(code, reason)
        self.bell.set()


async def listen(connection: Connection) -> None:
    """The browser has nothing to say after `resume`; what it says is checked and passed over."""
    second, frames = 0, 0
    clock = asyncio.get_running_loop().time
    try:
        while True:
            text = text_of(await connection.socket.receive())
            second, frames = (second, frames + 1) if int(clock()) == second else (int(clock()), 1)
            if frames > FRAMES_PER_SECOND:
                raise Closing(TOO_MUCH, "too many frames")
            to_object(text)
    except Closing as closing:
        connection.close_soon(*closing.args)
    except WebSocketDisconnect:
        connection.close_soon(1000, "")


def text_of(frame: Any) -> str:
    """The text of an ASGI message. Raises WebSocketDisconnect, or Closing for a binary frame."""
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame["code"])
    if frame.get("text") is None:
        raise Closing(TEXT_ONLY, "text frames only")
    text: str = frame["text"]
    return text


def to_object(text: str) -> dict[str, Any]:
    """A frame as JSON object. Raises Closing when it is none."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        frame = None
    if not isinstance(frame, dict):
        raise Closing(NOT_UNDERSTOOD, "a JSON object expected")
    return frame


def to_resume(text: str) -> Resume:
    """A cursor that is garbage leads nowhere, like one of another epoch; what is no `resume` is not understood."""
    frame = to_object(text)
    if frame.get("type") != "resume":
        raise Closing(NOT_UNDERSTOOD, "resume expected")
    try:
        return msgspec.convert(frame, Resume)
    except msgspec.ValidationError:
        return Resume()
