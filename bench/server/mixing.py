"""A busy hour, at a steady rate: sends, their statuses and contacts' messages at once, on PostgreSQL.

The provider is the cheapest stand-in there can be, and load, provider, server and database share one machine: what is
reached is told together with who used the processors.
"""

import asyncio
import itertools
import os
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.server.cpu import busy_seconds, cpu_seconds
from bench.server.desk import Desk, furnish
from bench.server.dose import Dose
from bench.server.figures import Figure, at_least
from bench.server.pool import Pool
from bench.server.processes import Served, served
from bench.server.provider import Call, Provider
from bench.server.rounds import Sample, progress
from bench.server.traffic import inbound, sends, status, webhook

SENDS, STATUSES, INBOUND = 1_000, 3_000, 1_000
ITEMS_PER_POST = 20
"""Statuses and texts come to a busy number in batches; Meta sends up to 1,000 in one."""
TICK_SECONDS = 0.02
PROBE_SECONDS = 8.0
WARMING_SECONDS = 3.0
MEDIAN_SECONDS, SLOW_SECONDS, SLOW_SHARE = 0.25, 1.0, 0.01
"""Meta's own bar for webhooks."""
KEEPING_UP = 0.95


@dataclass(frozen=True, slots=True)
class Steady:
    """What a stretch at one rate came to. Rates are per second; `cores`: product, PostgreSQL, load with provider;
    `others`: cores that everything else on the machine used meanwhile."""

    fraction: float
    sends: float
    deliveries: float
    statuses: float
    inbound: float
    webhook_seconds: list[float]
    send_seconds: list[float]
    cores: tuple[float, float, float]
    refused: int
    others: float

    @property
    def keeps_up(self) -> bool:
        """Meta's bar is met, nothing was refused, and no queue grew."""
        slow = sum(seconds > SLOW_SECONDS for seconds in self.webhook_seconds)
        return (
            not self.refused
            and percentile(self.webhook_seconds, 50) <= MEDIAN_SECONDS
            and slow < SLOW_SHARE * len(self.webhook_seconds)
            and self.deliveries >= KEEPING_UP * self.fraction * SENDS
            and self.statuses >= KEEPING_UP * KEEPING_UP * self.fraction * STATUSES
        )

    def words(self) -> str:
        """One line of it."""
        who = zip(("server", "PostgreSQL", "load"), self.cores, strict=True)
        return (
            f"{self.sends:.0f} sends, {self.deliveries:.0f} delivered, {self.statuses:.0f} statuses, "
            f"{self.inbound:.0f} texts a second; webhook p50 {percentile(self.webhook_seconds, 50) * 1e3:.0f} ms, "
            f"p99 {percentile(self.webhook_seconds, 99) * 1e3:.0f} ms; send p50 "
            f"{percentile(self.send_seconds, 50) * 1e3:.0f} ms, p99 {percentile(self.send_seconds, 99) * 1e3:.0f} ms; "
            + ", ".join(f"{name} {cores:.2f}" for name, cores in who)
            + f", others {self.others:.2f} of {os.cpu_count()} cores"
        )


def percentile(seconds: list[float], which: int) -> float:
    """Of few values the greatest."""
    if len(seconds) < 2:
        return max(seconds, default=float("inf"))
    return quantiles(seconds, n=100)[which - 1]


class Traffic:
    """All three kinds at once, against one server."""

    def __init__(self, server: Served, desk: Desk, provider: Provider) -> None:
        self._server, self._provider = server, provider
        self._sends = sends(desk, server.port)
        self._contacts = itertools.count()
        self._agents, self._meta = Pool(server.port), Pool(server.port)
        self._due: list[dict[str, Any]] = []

    async def flow(self, fraction: float, seconds: float) -> Steady:
        """So much of the full rate for so long."""
        agents, meta = self._agents, self._meta
        agents.seconds, meta.seconds = [], []
        calls, sent, told, wrote = self._provider.calls, 0, 0, 0
        own = cpu_seconds([os.getpid()])
        busy = busy_seconds()
        measuring = await self._server.measure()
        began = time.perf_counter()
        while (elapsed := time.perf_counter() - began) < seconds:
            for _ in range(int(elapsed * SENDS * fraction) - sent):
                sent += 1
                agents.ask(next(self._sends))
            told += self._tell_statuses()
            while int(elapsed * INBOUND * fraction) - wrote >= ITEMS_PER_POST:
                wrote += ITEMS_PER_POST
                meta.ask(self._texts())
            await asyncio.sleep(TICK_SECONDS)
        answered = len(agents.seconds)
        sample = measuring.end(1)
        cores = _cores(sample, cpu_seconds([os.getpid()]) - own)
        steady = Steady(
            fraction,
            answered / seconds,
            (self._provider.calls - calls) / seconds,
            told / seconds,
            wrote / seconds,
            list(meta.seconds) or [float("inf")],
            list(agents.seconds) or [float("inf")],
            cores,
            agents.refused + meta.refused,
            max(0.0, (busy_seconds() - busy) / sample.seconds - sum(cores)),
        )
        await self._settle()
        return steady

    def _tell_statuses(self) -> int:
        """Sent, delivered and read of all that the provider has accepted since."""
        while self._provider.accepted:
            wamid = self._provider.accepted.popleft()
            self._due += [status(wamid, name) for name in ("sent", "delivered", "read")]
        told = len(self._due)
        for start in range(0, told, ITEMS_PER_POST):
            self._meta.ask(webhook(statuses=self._due[start : start + ITEMS_PER_POST]))
        self._due.clear()
        return told

    def _texts(self) -> bytes:
        items = [inbound(next(self._contacts)) for _ in range(ITEMS_PER_POST)]
        parts = {name: [each[name][0] for each in items] for name in ("messages", "contacts")}
        return webhook(**parts)

    async def _settle(self) -> None:
        """Let what is under way end before the next stretch."""
        calls = -1
        while calls != self._provider.calls:
            calls = self._provider.calls
            await self._agents.drained(60)
            self._tell_statuses()
            await self._meta.drained(60)
            await asyncio.sleep(1)


def _cores(sample: Sample, own: float) -> tuple[float, float, float]:
    return (
        sample.cpu_seconds / sample.seconds,
        sample.backend_cpu_seconds / sample.seconds,
        own / sample.seconds,
    )


async def mixing(folder: Path, url: str, dose: Dose) -> Figure:
    """Find the greatest rate that a short stretch keeps up with, then hold it. `url`: an empty PostgreSQL database."""
    async with AsyncExitStack() as closing:
        place = folder / "mixing"
        place.mkdir()
        desk = await furnish(place, url, 0)
        provider = Provider()
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(lambda: Call(provider), "127.0.0.1", 0)
        closing.callback(listener.close)
        graph_port = listener.sockets[0].getsockname()[1]
        server = await closing.enter_async_context(served("product", place, url, graph_port))
        traffic = Traffic(server, desk, provider)
        await traffic.flow(dose.fractions[0], WARMING_SECONDS)
        held = await _greatest(traffic, dose)
    return Figure(
        f"All at once for {dose.mixed_seconds:.0f} s, PostgreSQL",
        held.words(),
        f"{SENDS:,} sends + {STATUSES:,} statuses + {INBOUND:,} texts a second",
        held.fraction * 100 if held.keeps_up else 0.0,
        at_least(100, "%"),
    )


async def _greatest(traffic: Traffic, dose: Dose) -> Steady:
    """Short stretches at rising rates until one is too much: what is too much leaves a backlog, which costs minutes. Then
    the greatest that was not, for the whole time, or the next below."""
    kept_up: list[float] = []
    for fraction in dose.fractions:
        probe = await _told(traffic, fraction, min(PROBE_SECONDS, dose.mixed_seconds))
        if not probe.keeps_up:
            break
        kept_up.append(fraction)
    held = await _told(traffic, kept_up.pop() if kept_up else dose.fractions[0], dose.mixed_seconds)
    while kept_up and not held.keeps_up:
        held = await _told(traffic, kept_up.pop(), dose.mixed_seconds)
    return held


async def _told(traffic: Traffic, fraction: float, seconds: float) -> Steady:
    steady = await traffic.flow(fraction, seconds)
    words = "" if steady.keeps_up else "too much: "
    progress(f"all at once, {fraction:.0%} for {seconds:.0f} s: {words}{steady.words()}")
    return steady
