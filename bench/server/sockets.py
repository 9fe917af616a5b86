"""Many WebSockets at once, read as cheaply as Python can: frames are counted, not understood."""

import asyncio
import base64
import secrets
from collections.abc import Sequence

EVENT = b'"prev_seq":'
LONG = 126
"""From here on the size has bytes of its own."""
TEXT, PING, PONG = 1, 9, 10
DEADLINE_SECONDS = 120.0


class Crowd:
    """All sockets together: how many events have come, and who waits for so many."""

    def __init__(self) -> None:
        self.events = 0
        self.sockets: list[Socket] = []
        self._wanted = 0
        self._enough = asyncio.Event()

    def count(self, events: int) -> None:
        """So many more have come."""
        self.events += events
        if self.events >= self._wanted:
            self._enough.set()

    async def until(self, events: int) -> None:
        """Wait until so many have come in all."""
        self._wanted = events
        self._enough.clear()
        if self.events < events:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._enough.wait()

    async def join(
        self,
        port: int,
        path: str,
        cookies: Sequence[str],
        first: str = "",
        keep: list[bytes] | None = None,
    ) -> None:
        """One more socket for each cookie; `first` is its first frame, `keep` gets all that come. Open when this returns."""
        loop = asyncio.get_running_loop()
        for cookie in cookies:
            head = _head(port, path, cookie)
            _, socket = await loop.create_connection(lambda: Socket(self, keep), "127.0.0.1", port)
            await socket.open(head, first)
            self.sockets.append(socket)

    def leave(self) -> None:
        """Close them all."""
        for socket in self.sockets:
            socket.close()
        self.sockets.clear()


class Socket(asyncio.Protocol):
    """One of them. What comes goes into `keep`, if there is one."""

    def __init__(self, crowd: Crowd, keep: list[bytes] | None) -> None:
        self._crowd, self._keep = crowd, keep
        self._buffer = b""
        self._opened = asyncio.Event()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop does
        self._transport = transport

    async def open(self, head: bytes, first: str) -> None:
        """Shake hands; returns when the server's first frame after `first` is there, or at once without one."""
        self._transport.write(head)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self._opened.wait()
        if first:
            self._opened.clear()
            self._transport.write(_masked(first.encode()))
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._opened.wait()

    def close(self) -> None:
        """Without farewell."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._buffer.startswith(b"HTTP/1.1"):
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(f"no socket: {self._buffer!r}")
            self._buffer = self._buffer[end + 4 :]
            self._opened.set()
        while (frame := self._take_frame()) is not None:
            self._opened.set()
            if self._keep is not None:
                self._keep.append(frame)
            self._crowd.count(frame.count(EVENT))

    def _take_frame(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        is_ping, size, start = buffer[0] & 15 == PING, buffer[1] & 127, 2
        if size >= LONG:
            start = 4 if size == LONG else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        payload = buffer[start : start + size]
        if is_ping:
            self._transport.write(_masked(payload, PONG))
            return b""
        return payload


def _head(port: int, path: str, cookie: str) -> bytes:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n"
    ).encode()


def _masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame of a client; a mask of zeros leaves the payload as it is."""
    assert len(payload) < LONG, "what browsers say is short"
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload
