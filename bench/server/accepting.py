"""Durable accepts: what a send costs over the same route answering a constant."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import islice
from pathlib import Path

from bench.server.desk import furnish
from bench.server.dose import Dose
from bench.server.figures import Figure, at_most
from bench.server.http_load import load
from bench.server.processes import Served, served
from bench.server.rounds import Sample, Side, alternate, over_floor
from bench.server.traffic import sends

IN_FLIGHT = 48


async def accepting(folder: Path, engine: str, urls: tuple[str, str], dose: Dose) -> Figure:
    """`urls`: databases of the product and of its floor, empty on SQLite."""
    async with AsyncExitStack() as closing:
        sides = []
        for role, url in zip(("storing", "floor"), urls, strict=True):
            place = folder / f"accepting-{role}"
            place.mkdir()
            desk = await furnish(place, url, 0)
            server = await closing.enter_async_context(served(role, place, url))
            requests = sends(desk, server.port)
            await load(server.port, list(islice(requests, dose.warming)), IN_FLIGHT)
            sides.append(_side(server, requests, dose.sends))
        found = await alternate(f"accepts, {engine}", dose.rounds, *sides)
    return over_floor(f"Durable accept, {engine}", found, at_most(4))


def _side(server: Served, requests: Iterator[bytes], count: int) -> Side:
    async def side() -> Sample:
        ready = list(islice(requests, count))
        measuring = await server.measure()
        await load(server.port, ready, IN_FLIGHT)
        return measuring.end(count)

    return side
