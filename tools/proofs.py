"""The proofs, their large doses, and how each is run."""

import math
import sys
from dataclasses import dataclass
from typing import Literal

PYTEST = (sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Proof:
    """`name`: as its tests note it (tests/proofs.py). The dose is counted by `counts`, `stretch` of it at a time.

    `variable`: the environment variable that takes the dose, one of it counting for `unit`; empty when a stretch has one size only.
    `seconds_each`: a guess, until there are figures. `runs` and `faults`: what these count, in a word.
    """

    name: str
    runs: str
    faults: str
    target: int
    counts: Literal["runs", "faults"]
    stretch: int
    command: tuple[str, ...]
    variable: str
    seconds_each: float
    unit: int = 1

    def dose(self, amount: int, seed: int) -> dict[str, str]:
        """The environment of a stretch."""
        seeded = {"FORTHWITH_SEED": str(seed)}
        if not self.variable:
            return seeded
        return {self.variable: str(math.ceil(amount / self.unit)), **seeded}


def _tests(*where: str) -> tuple[str, ...]:
    return (*PYTEST, *where)


PROOFS = (
    Proof(
        name="model",
        runs="states",
        faults="transitions",
        target=1,
        counts="runs",
        stretch=1,
        command=(sys.executable, "-m", "tests.model"),
        variable="",
        seconds_each=400,
    ),
    Proof(
        name="stateful steps on SQLite",
        runs="steps",
        faults="steps",
        target=1_000_000,
        counts="runs",
        stretch=100_000,
        command=_tests("tests/stateful"),
        variable="FORTHWITH_STEPS",
        seconds_each=0.004,
    ),
    Proof(
        name="kills on SQLite",
        runs="messages",
        faults="kill -9",
        target=1_000,
        counts="faults",
        stretch=100,
        command=_tests("tests/flow/test_kill.py", "-k", "loses_nothing and sqlite"),
        variable="FORTHWITH_KILLS",
        seconds_each=0.4,
    ),
    Proof(
        name="kills on PostgreSQL",
        runs="messages",
        faults="kill -9",
        target=1_000,
        counts="faults",
        stretch=100,
        command=_tests("tests/flow/test_kill.py", "-k", "loses_nothing and postgres"),
        variable="FORTHWITH_KILLS",
        seconds_each=0.6,
    ),
    Proof(
        name="power cuts",
        runs="looks",
        faults="cuts",
        target=100_000,
        counts="faults",
        stretch=10_000,
        command=_tests("tests/powercut", "-k", "no_power_cut"),
        variable="FORTHWITH_POWER_CUTS",
        seconds_each=0.02,
    ),
    Proof(
        name="browser network faults",
        runs="messages",
        faults="faults",
        target=500,
        counts="faults",
        stretch=100,
        command=_tests("tests/network/test_faults.py"),
        variable="FORTHWITH_NETWORK_FAULTS",
        seconds_each=2,
    ),
    Proof(
        name="cut lines",
        runs="cuts",
        faults="cuts",
        target=100,
        counts="faults",
        stretch=100,
        command=_tests("tests/network/test_cuts.py"),
        variable="FORTHWITH_CUTS",
        seconds_each=9,
    ),
    Proof(
        name="jittery enters",
        runs="messages",
        faults="requests held up",
        target=1_000,
        counts="runs",
        stretch=1_000,
        command=_tests("tests/network/test_enters.py"),
        variable="FORTHWITH_ENTERS",
        seconds_each=0.2,
        unit=50,
    ),
    Proof(
        name="scenarios",
        runs="messages",
        faults="scenarios",
        target=700,
        counts="faults",
        stretch=35,
        command=_tests("tests/e2e/scenarios"),
        variable="",
        seconds_each=7,
    ),
    Proof(
        name="schedules",
        runs="schedules",
        faults="faults",
        target=300,
        counts="runs",
        stretch=25,
        command=_tests("tests/differential"),
        variable="FORTHWITH_SCHEDULES",
        seconds_each=8,
    ),
)
