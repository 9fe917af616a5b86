"""How much a run measures: everything, or just enough to see that it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dose:
    """`messages`: how many of them WhatsApp has already, for statuses to be about.
    `fractions` of the full mixed rate are tried in this order, until one is too much."""

    rounds: int
    sends: int
    webhooks: int
    batches: int
    sockets: tuple[int, ...]
    events: int
    resumed: int
    mixed_seconds: float
    fractions: tuple[float, ...]
    messages: int

    @property
    def warming(self) -> int:
        """Requests before the first round: imports, caches, plans, the webhook's gathering after a start."""
        return self.sends // 2


WHOLE = Dose(
    rounds=7,
    sends=1_500,
    webhooks=1_000,
    batches=3,
    sockets=(100, 1_000),
    events=100,
    resumed=10_000,
    mixed_seconds=60,
    fractions=(0.03, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1.0),
    messages=30_000,
)
QUICK = Dose(
    rounds=3,
    sends=150,
    webhooks=100,
    batches=1,
    sockets=(50,),
    events=20,
    resumed=2_000,
    mixed_seconds=2,
    fractions=(0.02,),
    messages=3_000,
)
