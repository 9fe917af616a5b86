"""Webhooks: one item in a POST, and a thousand statuses, over checking the signature and parsing."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import count, islice
from pathlib import Path

from bench.server.desk import Desk, furnish
from bench.server.dose import Dose
from bench.server.figures import Figure, at_least, at_most, microseconds
from bench.server.http_load import load
from bench.server.processes import Served, served
from bench.server.rounds import Measured, Sample, Side, alternate, over_floor
from bench.server.traffic import inbound, news, webhook

IN_FLIGHT = 48
STATUSES_PER_POST = 1_000
GATHERING_SECONDS = 2.5
"""A server just started gathers webhooks for 2 s; the load that warms it lasts at least so long."""


class Receiving:
    """One side: a server, and fresh statuses for it."""

    def __init__(self, server: Served, desk: Desk) -> None:
        self._server = server
        self._news = news(desk.messages)
        self._contacts = count()

    def statuses(self, posts: int, each: int, in_flight: int) -> Side:
        """Rounds of so many POSTs with so many statuses each, counted by the status."""
        return self._side(
            lambda: webhook(statuses=list(islice(self._news, each))), posts, each, in_flight
        )

    def inbound(self, posts: int) -> Side:
        """Rounds of so many POSTs with one text each."""
        return self._side(lambda: webhook(**inbound(next(self._contacts))), posts, 1, IN_FLIGHT)

    def _side(self, make: Callable[[], bytes], posts: int, each: int, in_flight: int) -> Side:
        async def side() -> Sample:
            ready = [make() for _ in range(posts)]
            measuring = await self._server.measure()
            seconds = await load(self._server.port, ready, in_flight)
            return measuring.end(posts * each, seconds)

        return side

    async def warm(self) -> None:
        """Until the webhooks of a start are over."""
        seconds = 0.0
        side = self.inbound(50)
        while seconds < GATHERING_SECONDS:
            seconds += (await side()).seconds


async def receiving(folder: Path, engine: str, urls: tuple[str, str], dose: Dose) -> list[Figure]:
    """`urls`: databases of the product and of its floor, empty on SQLite."""
    async with AsyncExitStack() as closing:
        sides = []
        for role, url in zip(("storing", "floor"), urls, strict=True):
            place = folder / f"receiving-{role}"
            place.mkdir()
            desk = await furnish(place, url, dose.messages)
            server = await closing.enter_async_context(served(role, place, url))
            sides.append(Receiving(server, desk))
            await sides[-1].warm()
        single = await alternate(
            f"one status, {engine}",
            dose.rounds,
            *(side.statuses(dose.webhooks, 1, IN_FLIGHT) for side in sides),
        )
        texts = await alternate(
            f"one text, {engine}", dose.rounds, *(side.inbound(dose.webhooks) for side in sides)
        )
        batched = await alternate(
            f"1,000 statuses, {engine}",
            dose.rounds,
            *(side.statuses(dose.batches, STATUSES_PER_POST, 1) for side in sides),
        )
    return _figures(engine, single, texts, batched)


def _figures(engine: str, single: Measured, texts: Measured, batched: Measured) -> list[Figure]:
    milliseconds = batched.product(lambda sample: sample.median_answer) * 1_000
    return [
        over_floor(f"Webhook with one status, {engine}", single, at_most(3)),
        over_floor(f"Webhook with one text, {engine}", texts, at_most(3)),
        Figure(
            f"Status in a webhook of 1,000, {engine}",
            microseconds(batched.product(_cpu)),
            f"alone {microseconds(single.product(_cpu))}",
            single.product(_cpu) / batched.product(_cpu),
            at_least(5),
            batched.disturbed,
        ),
        Figure(
            f"Webhook of 1,000 statuses answered, {engine}",
            f"{milliseconds:.0f} ms",
            f"{batched.floor(lambda sample: sample.median_answer) * 1_000:.0f} ms",
            milliseconds,
            at_most(250, "ms"),
            batched.disturbed,
        ),
    ]


def _cpu(sample: Sample) -> float:
    return sample.cpu
