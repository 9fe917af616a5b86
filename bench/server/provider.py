"""The cheapest WhatsApp: every call is answered 200 with a wamid at once, and the wamids are remembered."""

import asyncio
import itertools
from collections import deque

END_OF_HEAD = b"\r\n\r\n"


class Provider:
    """`accepted`: wamids of the calls answered, not yet fetched by whoever sends their statuses."""

    def __init__(self) -> None:
        self.accepted: deque[str] = deque()
        self.calls = 0
        self._numbers = itertools.count(1)

    def answer(self) -> bytes:
        """One acceptance."""
        self.calls += 1
        wamid = f"wamid.out.{next(self._numbers)}"
        self.accepted.append(wamid)
        body = b'{"messaging_product":"whatsapp","messages":[{"id":"%b"}]}' % wamid.encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return head % len(body) + body


class Call(asyncio.Protocol):
    """One kept-alive connection of the product's client."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._buffer = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop does
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := end_of_message(self._buffer)) is not None:
            self._buffer = self._buffer[end:]
            self._transport.write(self._provider.answer())


def end_of_message(buffer: bytes) -> int | None:
    """Where the first request or answer ends, by its Content-Length; None while it is not all there."""
    head = buffer.find(END_OF_HEAD)
    if head < 0:
        return None
    at = buffer.lower().find(b"content-length:", 0, head)
    length = int(buffer[at + 15 : buffer.find(b"\r", at)]) if at >= 0 else 0
    end = head + len(END_OF_HEAD) + length
    return end if len(buffer) >= end else None
