"""Rounds: a figure and its floor in turn, on a machine that others use too."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median, median_low

from bench.server.figures import Bar, Figure, microseconds

DISTURBED_BY = 0.25
"""A round whose floor lies so far from the median floor was disturbed by something else, and is thrown away."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side: what it cost and how long it took for how many units of work."""

    cpu_seconds: float
    seconds: float
    units: int
    backend_cpu_seconds: float = 0.0
    answers: tuple[float, ...] = ()
    """Seconds of each answer, sorted."""

    @property
    def cpu(self) -> float:
        """CPU microseconds of one unit."""
        return self.cpu_seconds / self.units * 1e6

    @property
    def backend_cpu(self) -> float:
        """CPU microseconds of one unit in the database's own processes."""
        return self.backend_cpu_seconds / self.units * 1e6

    @property
    def rate(self) -> float:
        """Units in one second."""
        return self.units / self.seconds

    @property
    def median_answer(self) -> float:
        """Seconds."""
        return median(self.answers)


Side = Callable[[], Awaitable[Sample]]


@dataclass(frozen=True, slots=True)
class Measured:
    """The rounds that were not disturbed, side by side with their floor's."""

    pairs: list[tuple[Sample, Sample]]
    disturbed: int

    def product(self, of: Callable[[Sample], float]) -> float:
        """Median of the product's side."""
        return median(of(product) for product, _ in self.pairs)

    def floor(self, of: Callable[[Sample], float]) -> float:
        """Median of the floor's side."""
        return median(of(floor) for _, floor in self.pairs)

    def backend_words(self) -> str:
        """What PostgreSQL used besides, if there is one."""
        backend = self.product(lambda sample: sample.backend_cpu)
        return f" (+ {microseconds(backend)} in PostgreSQL)" if backend else ""

    def cpu_ratio(self) -> float:
        """Median over the rounds of product to floor, CPU per unit."""
        return median(product.cpu / floor.cpu for product, floor in self.pairs)


def progress(words: str) -> None:
    """A sign of life, apart from the table."""
    sys.stderr.write(f"  {words}\n")
    sys.stderr.flush()


async def alternate(name: str, rounds: int, product: Side, floor: Side) -> Measured:
    """Floor, product, floor, product …"""
    pairs = []
    for number in range(rounds):
        below = await floor()
        above = await product()
        pairs.append((above, below))
        progress(
            f"{name}: round {number + 1} of {rounds}: {above.cpu:.1f} to {below.cpu:.1f} µs of CPU"
        )
    return undisturbed(pairs)


def undisturbed(pairs: list[tuple[Sample, Sample]]) -> Measured:
    """Drop the rounds whose floor is out of line."""
    usual = median_low(floor.cpu for _, floor in pairs)
    kept = [pair for pair in pairs if abs(pair[1].cpu / usual - 1) <= DISTURBED_BY]
    return Measured(kept, len(pairs) - len(kept))


def over_floor(name: str, found: Measured, bar: Bar) -> Figure:
    """A figure judged by its CPU over its floor's."""
    return Figure(
        name,
        f"{microseconds(found.product(_cpu))}{found.backend_words()}, {found.product(_rate):,.0f}/s",
        f"{microseconds(found.floor(_cpu))}, {found.floor(_rate):,.0f}/s",
        found.cpu_ratio(),
        bar,
        found.disturbed,
    )


def _cpu(sample: Sample) -> float:
    return sample.cpu


def _rate(sample: Sample) -> float:
    return sample.rate
