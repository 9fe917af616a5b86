"""Requests over kept-alive connections, as cheaply as Python can: the load must not outweigh what it measures."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.server.provider import end_of_message


def request(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@dataclass
class Answers:
    """What came back: seconds of each answer, and the first one that was not 2xx."""

    seconds: list[float] = field(default_factory=list)
    refused: bytes = b""


class Line(asyncio.Protocol):
    """One connection: the next request leaves when the one before is answered."""

    def __init__(self, requests: Iterator[bytes], answers: Answers) -> None:
        self._requests, self._answers = requests, answers
        self.done = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._asked_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop does
        self._transport = transport
        self._next()

    def _next(self) -> None:
        following = next(self._requests, None)
        if following is None or self._answers.refused:
            self._transport.close()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = end_of_message(self._buffer)
        if end is None:
            return
        self._answers.seconds.append(time.perf_counter() - self._asked_at)
        if self._buffer[9:10] != b"2":
            self._answers.refused = self._buffer[:end]
        self._buffer = self._buffer[end:]
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def load(port: int, requests: list[bytes], in_flight: int) -> list[float]:
    """Send all of them, so many at a time; the seconds of each answer. Raises when one is refused or lost."""
    loop = asyncio.get_running_loop()
    answers, waiting = Answers(), iter(requests)
    lines = [
        (await loop.create_connection(lambda: Line(waiting, answers), "127.0.0.1", port))[1]
        for _ in range(min(in_flight, len(requests)))
    ]
    await asyncio.gather(*(line.done for line in lines))
    if answers.refused or len(answers.seconds) != len(requests):
        raise RuntimeError(
            f"{len(answers.seconds)} of {len(requests)} answered; {answers.refused!r}"
        )
    return answers.seconds
