"""A bad line between the browser and the server, made to order.

It forwards TCP, and knows just enough of HTTP and WebSocket to break them where it hurts: between the frames of a
socket, in the middle of an answer, after the server has the POST and before the browser has the answer.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.network.wire import Frames, Requests

Direction = Literal["up", "down"]
CHUNK = 64 * 1024
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends RST."""

Aim = Callable[["Line", bytes], bool]


@dataclass(eq=False)
class Line:
    """One connection of a browser, and the one to the server behind it."""

    browser: asyncio.StreamWriter
    server: asyncio.StreamWriter
    requests: Requests = field(default_factory=Requests)
    frames: Frames = field(default_factory=Frames)
    is_dead: bool = False
    """Open at both ends, but nothing comes through any more: nobody is told."""

    @property
    def is_socket(self) -> bool:
        """The live socket, as soon as it was asked for."""
        return self.requests.path == "/api/ws"

    def reset(self) -> None:
        """Tear it down: both ends get RST."""
        for writer in (self.browser, self.server):
            end = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    def close(self) -> None:
        """End it politely: both ends get FIN."""
        for writer in (self.browser, self.server):
            writer.close()


@dataclass(eq=False)
class Snare:
    """Waits for the first bytes from the server that `aim` takes, and does its harm once."""

    aim: Aim
    spring: Callable[[Line, bytes], bytes]
    """What is forwarded in place of the bytes."""
    sprung: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy:
    """Listens where browsers look for the server. Everything it does is ordered by the test; chance comes seeded."""

    def __init__(self, port: int, server_port: int, seed: int = 0) -> None:
        self.port, self.lines = port, set[Line]()
        self._server_port = server_port
        self._chance = random.Random(seed)
        self._open = {"up": asyncio.Event(), "down": asyncio.Event()}
        self._delay: dict[Direction, tuple[float, float]] = {}
        self._is_hole = self._turns_away = False
        self.delayed = 0
        """How many chunks have been."""
        self._snares: list[Snare] = []
        self._listener: asyncio.Server | None = None
        self._tasks = set[asyncio.Task[None]]()
        self.clear()

    def clear(self) -> None:
        """Fair weather, for new connections and for old ones that live."""
        for gate in self._open.values():
            gate.set()
        self._delay.clear()
        self._snares.clear()
        self._is_hole = self._turns_away = False

    def hold(self, *directions: Direction) -> None:
        """Keep all bytes back from now on; `release` lets them go, in order."""
        for direction in directions:
            self._open[direction].clear()

    def release(self) -> None:
        """What was held goes on."""
        for gate in self._open.values():
            gate.set()

    def delay(self, direction: Direction, least: float, most: float) -> None:
        """Every chunk takes between `least` and `most` seconds; the order within a connection stays."""
        self._delay[direction] = (least, most)

    def in_time(self) -> None:
        """No delays any more."""
        self._delay.clear()

    def reset(self, choose: Callable[[Line], bool] = lambda _: True) -> int:
        """RST for the connections that `choose` takes; how many."""
        chosen = [line for line in self.lines if choose(line)]
        for line in chosen:
            line.reset()
        return len(chosen)

    def close(self, choose: Callable[[Line], bool] = lambda _: True) -> int:
        """FIN for the connections that `choose` takes; how many."""
        chosen = [line for line in self.lines if choose(line)]
        for line in chosen:
            line.close()
        return len(chosen)

    def swallow(self) -> None:
        """A black hole: connections stay open and new ones are accepted, but nothing ever comes through them."""
        self._is_hole = True
        for line in self.lines:
            line.is_dead = True

    def spit(self) -> None:
        """New connections work again; the old ones stay dead and silent."""
        self._is_hole = False

    def turn_away(self, does: bool = True) -> None:
        """New connections are accepted and closed at once, as by a balancer with nobody behind it."""
        self._turns_away = does

    async def refuse(self) -> None:
        """Nobody listens: connecting is refused."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def listen(self) -> None:
        """Accept connections, again."""
        if self._listener is None:
            self._listener = await asyncio.start_server(
                self._serve, "127.0.0.1", self.port, reuse_address=True
            )

    def drop_frame(self, text: bytes = b'"prev_seq"') -> Snare:
        """The next whole WebSocket frame with this in it never arrives; those around it do."""
        return self._set(Snare(lambda line, data: line.is_socket and text in data, lambda *_: b""))

    def drop_answer(self, *, silently: bool) -> Snare:
        """The server takes the next POST of a message, and its answer is lost: by a reset, or in silence."""

        def spring(line: Line, _: bytes) -> bytes:
            if silently:
                line.is_dead = True
            else:
                line.reset()
            return b""

        def aim(line: Line, _: bytes) -> bool:
            return line.requests.method == "POST" and line.requests.path.endswith("/messages")

        return self._set(Snare(aim, spring))

    def cut_answer(self, after_bytes: int) -> Snare:
        """The next HTTP answer ends in a reset after so many bytes of it."""

        def spring(line: Line, data: bytes) -> bytes:
            asyncio.get_running_loop().call_later(0.01, line.reset)
            line.is_dead = True
            return data[:after_bytes]

        return self._set(Snare(lambda line, _: not line.is_socket, spring))

    def _set(self, snare: Snare) -> Snare:
        self._snares.append(snare)
        return snare

    def _through_snares(self, line: Line, data: bytes) -> bytes:
        for snare in self._snares:
            if snare.aim(line, data):
                self._snares.remove(snare)
                snare.sprung.set()
                return snare.spring(line, data)
        return data

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._turns_away:
            return writer.close()
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            return writer.close()
        line = Line(writer, forth, is_dead=self._is_hole)
        self.lines.add(line)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        pumps = [
            asyncio.create_task(self._pump(line, "up", reader, forth)),
            asyncio.create_task(self._pump(line, "down", back, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if line.is_dead:  # neither end learns that the other has hung up
                await asyncio.wait(pumps)
        except asyncio.CancelledError:
            pass
        finally:
            for pump in pumps:
                pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):  # stopped while it ends by itself
                await asyncio.gather(*pumps, return_exceptions=True)
            line.close()
            self.lines.discard(line)
            self._tasks.discard(task)

    async def _pump(
        self,
        line: Line,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                parts = self._parts(line, direction, data)
                await self._open[direction].wait()
                if delay := self._delay.get(direction):
                    self.delayed += 1
                    await asyncio.sleep(self._chance.uniform(*delay))
                for part in parts:
                    if not line.is_dead:
                        writer.write(
                            part if direction == "up" else self._through_snares(line, part)
                        )
                await writer.drain()

    def _parts(self, line: Line, direction: Direction, data: bytes) -> list[bytes]:
        """What may be dropped or kept as one: a WebSocket frame from the server, else the chunk as it came."""
        if direction == "up":
            line.requests.feed(data)
            return [data]
        return line.frames.feed(data) if line.is_socket else [data]

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        await self.refuse()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def running_proxy(port: int, server_port: int, seed: int = 0) -> AsyncIterator[Proxy]:
    """A proxy on `port` of 127.0.0.1 in front of a server on `server_port`."""
    proxy = Proxy(port, server_port, seed)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.stop()
