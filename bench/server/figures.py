"""What a run found, and whether it meets its bar."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """The most a figure may be, or the least."""

    value: float
    at_most: bool
    unit: str = "×"

    def met_by(self, figure: float, slack: float = 1.0) -> bool:
        """`slack` 2 makes the bar twice as easy."""
        return figure <= self.value * slack if self.at_most else figure >= self.value / slack

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `judged` is what the bar is about; without a bar it is only told."""

    name: str
    measured: str
    floor: str
    judged: float
    bar: Bar | None
    disturbed: int = 0

    @property
    def met(self) -> str:
        """As the table says it."""
        return "" if self.bar is None else "yes" if self.bar.met_by(self.judged) else "NO"


def at_most(value: float, unit: str = "×") -> Bar:
    """A bar from above."""
    return Bar(value, True, unit)


def at_least(value: float, unit: str = "×") -> Bar:
    """A bar from below."""
    return Bar(value, False, unit)


def microseconds(value: float) -> str:
    """CPU of one unit."""
    return f"{value:.0f} µs" if value >= 10 else f"{value:.1f} µs"


Show = Callable[[float], str]
