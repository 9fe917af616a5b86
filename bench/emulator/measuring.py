"""One emulator as a process of its own, sends over many connections, and a receiver that answers 200 at once."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bench.server.cpu import cpu_seconds
from bench.server.http_load import load, request
from bench.server.provider import end_of_message

CONTACTS = 200
IN_FLIGHT = 32
LINGER_SECONDS = 0.05
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
OPTIONS = {
    "app-secret": "bench-secret",
    "verify-token": "bench-verify",
    "token": "bench-token",
    "phone-number-id": "900000000000001",
    "business-account-id": "800000000000001",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """`cpu_seconds`: the emulator's own, from the first send to the last status."""

    start_seconds: float
    sends: int
    statuses: int
    posts: int
    accepted_in: float
    delivered_in: float
    cpu_seconds: float

    @property
    def cpu_microseconds_a_send(self) -> float:
        """For the call, both statuses and their share of the webhooks."""
        return self.cpu_seconds / self.sends * 1e6

    def lines(self) -> list[str]:
        """As the bench prints them."""
        return [
            f"start                {self.start_seconds:8.2f} s",
            f"sends accepted       {self.sends / self.accepted_in:8.0f} /s ({self.sends})",
            f"statuses delivered   {self.statuses / self.delivered_in:8.0f} /s ({self.statuses} in {self.posts} POSTs)",
            f"CPU a send           {self.cpu_microseconds_a_send:8.0f} µs, its two statuses with it",
            f"sends a CPU second   {1e6 / self.cpu_microseconds_a_send:8.0f}",
        ]


class Receiving(asyncio.Protocol):
    """A connection of the emulator's: counts statuses, and the time of the last."""

    statuses = posts = 0
    last_at = 0.0

    def __init__(self) -> None:
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop does
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if (end := end_of_message(bytes(self._buffer))) is not None:
            Receiving.statuses += self._buffer.count(b'"status":')
            Receiving.posts += 1
            Receiving.last_at = time.perf_counter()
            del self._buffer[:end]
            self._transport.write(OK)


@asynccontextmanager
async def emulator(webhook_url: str) -> AsyncIterator[tuple[int, str, float]]:
    """Its process id, its URL, and how long it took to listen."""
    began = time.perf_counter()
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "whatsapp_emulator", f"--webhook-url={webhook_url}", *options),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1]
    try:
        yield process.pid, url, time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()


async def measured(sends: int) -> Figures:
    """So many sends to 200 contacts, each `sent` and `delivered` by webhook, without any delay but the linger."""
    Receiving.statuses = Receiving.posts = 0
    receiver = await asyncio.get_running_loop().create_server(Receiving, "127.0.0.1", 0)
    port = receiver.sockets[0].getsockname()[1]
    async with (
        emulator(f"http://127.0.0.1:{port}/webhook") as (pid, url, start_seconds),
        aiohttp.ClientSession() as http,
    ):

        async def control(method: str, path: str, body: object) -> None:
            async with http.request(method, f"{url}/_control/{path}", json=body) as answer:
                assert answer.status == 200, await answer.text()

        await control("PUT", "pace", {"scale": 0, "linger_seconds": LINGER_SECONDS})
        for number in range(CONTACTS):
            await control("POST", "inbound", {"from": contact(number), "text": "Hello"})
        await control("POST", "quiet", {"timeout_seconds": 60})
        requests = [send(number) for number in range(sends)]
        began, cpu = time.perf_counter(), cpu_seconds([pid])
        await load(int(url.rpartition(":")[2]), requests, IN_FLIGHT)
        accepted_in = time.perf_counter() - began
        await control("POST", "quiet", {"timeout_seconds": 120})
        used = cpu_seconds([pid]) - cpu
    receiver.close()
    return Figures(
        start_seconds,
        sends,
        Receiving.statuses,
        Receiving.posts,
        accepted_in,
        Receiving.last_at - began,
        used,
    )


def contact(number: int) -> str:
    """A contact's number, of those Ofcom keeps for drama."""
    return f"4477009{number % CONTACTS:05d}"


def send(number: int) -> bytes:
    """The bytes of a call as Forthwith makes it."""
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": contact(number),
        "type": "text",
        "text": {"body": f"Your bike is ready, number {number}."},
        "biz_opaque_callback_data": f"optimistic-1700000000000-{number:022d}#1",
    }
    path = f"/v26.0/{OPTIONS['phone-number-id']}/messages"
    return request(path, json.dumps(body).encode(), Authorization=f"Bearer {OPTIONS['token']}")
