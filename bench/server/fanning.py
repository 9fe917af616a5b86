"""From the log to the browsers: fan-out to many sockets, and the resume of one that was away.

The events are written by another process, as beside a balancer, so that the measured server only reads and sends them.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.server.desk import INBOX, Desk, Silent, furnish
from bench.server.dose import Dose
from bench.server.figures import Figure, at_least, microseconds
from bench.server.http_load import load, request
from bench.server.processes import Served, served
from bench.server.rounds import Measured, Sample, Side, alternate
from bench.server.sockets import EVENT, Crowd
from forthwith.store import events
from forthwith.store.database import Database, Transaction
from forthwith.store.opening import open_store

SOCKETS_OF_ONE_SESSION = 10
COALESCED = 10


@dataclass
class Writer:
    """Another process of the product: it appends events and rings by NOTIFY."""

    db: Database
    messages: int
    written: int = 0

    async def append(self, count: int) -> None:
        """One commit with so many events, each about another message."""

        async def write(tx: Transaction) -> None:
            for _ in range(count):
                self.written += 1
                number = self.written % self.messages + 1
                conversation = {"id": f"conversation-{number % 2_000 + 1}", "inbox_id": INBOX}
                now, kind = time.time_ns() // 1_000_000, "message_status_update"
                await events.append(tx, kind, conversation, now, message_id=f"message-{number}")

        await self.db.write(write)


async def fanning(folder: Path, url: str, dose: Dose) -> list[Figure]:
    """Fan-out at each number of sockets, then resume. `url`: an empty PostgreSQL database."""
    async with AsyncExitStack() as closing:
        place = folder / "fanning"
        place.mkdir()
        desk = await furnish(place, url, dose.messages)
        product = await closing.enter_async_context(served("storing", place, url))
        bare = await closing.enter_async_context(served("bare", place))
        db = await open_store(folder / "writer", url, Silent())
        closing.push_async_callback(db.close)
        writer = Writer(db, desk.messages)
        frame = await _frame_of_one(product, desk, writer)
        found = []
        sessions = iter(desk.tokens[1:])  # of a crowd that has left, some sockets may still count
        for sockets in dose.sockets:
            found += await _fan_out(product, bare, sessions, writer, frame, sockets, dose)
        found.append(await _resume(product, bare, desk, writer, dose))
    return found


def _resume_frame(db: Database, seq: int) -> str:
    return f'{{"type":"resume","protocol":1,"epoch":"{db.epoch}","seq":{seq}}}'


async def _frame_of_one(product: Served, desk: Desk, writer: Writer) -> bytes:
    """One event as a browser gets it: what the floor will write."""
    crowd = Crowd()
    cookie = f"forthwith={desk.tokens[0]}"
    frames: list[bytes] = []
    await crowd.join(product.port, "/api/ws", [cookie], _resume_frame(writer.db, 0), frames)
    await writer.append(1)
    await crowd.until(1)
    crowd.leave()
    return frames[-1]


async def _tell(bare: Served, path: str, body: bytes = b"") -> None:
    await load(bare.port, [request(path, body)], 1)


def _packed(frames: list[bytes]) -> bytes:
    return b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames)


async def _fan_out(
    product: Served,
    bare: Served,
    sessions: Iterator[str],
    writer: Writer,
    frame: bytes,
    sockets: int,
    dose: Dose,
) -> list[Figure]:
    crowd, floor_crowd = Crowd(), Crowd()
    cookies = [f"forthwith={next(sessions)}" for _ in range(0, sockets, SOCKETS_OF_ONE_SESSION)]
    cookies *= SOCKETS_OF_ONE_SESSION
    await crowd.join(product.port, "/api/ws", cookies, _resume_frame(writer.db, writer.written))
    await floor_crowd.join(bare.port, "/", cookies)
    await _tell(bare, "/frames", _packed([frame]))
    rounds = max(COALESCED, dose.events * 100 // sockets // COALESCED * COALESCED)

    async def write_raw() -> None:
        await _tell(bare, "/write?times=1")

    floor = _side(bare, floor_crowd, write_raw, 1, rounds, sockets)
    found = []
    for each, bar in ((COALESCED, 2.0), (1, 0.5)):
        side = _side(product, crowd, partial(writer.append, each), each, rounds, sockets)
        name = f"Fan-out to {sockets:,} sockets, " + (
            "ten events a commit" if each > 1 else "one event a commit"
        )
        measured = await alternate(name, dose.rounds, side, floor)
        found.append(_per_cpu_second(name, measured, bar))
    crowd.leave()
    floor_crowd.leave()
    return found


def _side(
    server: Served,
    crowd: Crowd,
    write: Callable[[], Awaitable[None]],
    each: int,
    count: int,
    sockets: int,
) -> Side:
    """`count` events to all sockets, so many in each write; the next write when all have come."""

    async def side() -> Sample:
        measuring = await server.measure()
        for _ in range(count // each):
            expected = crowd.events + each * sockets
            await write()
            await crowd.until(expected)
        return measuring.end(count * sockets)

    return side


def _per_cpu_second(name: str, found: Measured, bar: float) -> Figure:
    def per_second(cpu: float) -> str:
        return f"{1e6 / cpu:,.0f} events × sockets per CPU second"

    return Figure(
        name,
        per_second(found.product(lambda sample: sample.cpu)),
        per_second(found.floor(lambda sample: sample.cpu)),
        1 / found.cpu_ratio(),
        at_least(bar),
        found.disturbed,
    )


async def _resume(product: Served, bare: Served, desk: Desk, writer: Writer, dose: Dose) -> Figure:
    """One browser comes back after `dose.resumed` events; the floor writes the very same frames."""
    while writer.written < dose.resumed:
        await writer.append(200)
    cookie = f"forthwith={desk.tokens[0]}"
    crowd, floor_crowd = Crowd(), Crowd()
    kept: list[bytes] = []

    async def resume() -> Sample:
        measuring = await product.measure()
        expected = crowd.events + dose.resumed
        since = writer.written - dose.resumed
        await crowd.join(product.port, "/api/ws", [cookie], _resume_frame(writer.db, since), kept)
        await crowd.until(expected)
        crowd.leave()
        return measuring.end(dose.resumed)

    await resume()
    await floor_crowd.join(bare.port, "/", [cookie])
    await _tell(bare, "/frames", _packed([frame for frame in kept if EVENT in frame]))

    async def write_raw() -> Sample:
        measuring = await bare.measure()
        expected = floor_crowd.events + dose.resumed
        await _tell(bare, "/write?times=1")
        await floor_crowd.until(expected)
        return measuring.end(dose.resumed)

    kept = []
    found = await alternate(f"Resume of {dose.resumed:,} events", dose.rounds, resume, write_raw)
    floor_crowd.leave()
    took = found.product(lambda sample: sample.seconds)
    return Figure(
        f"Resume of {dose.resumed:,} events",
        f"{took:.2f} s, {microseconds(found.product(lambda sample: sample.cpu))} an event",
        f"{found.floor(lambda sample: sample.seconds):.2f} s, {microseconds(found.floor(lambda sample: sample.cpu))}",
        found.cpu_ratio(),
        None,
        found.disturbed,
    )
