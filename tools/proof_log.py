"""What the proofs have seen so far, one stretch a line."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tools.proofs import Proof


@dataclass(frozen=True)
class Stretch:
    """As tests/proofs.py notes it. `commit`: of the checkout it ran in; `failed`: its test did."""

    proof: str
    seed: int = 0
    runs: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    backwards: int = 0
    wrong_frames: int = 0
    seconds: float = 0.0
    commit: str = ""
    at: str = ""
    failed: bool = False

    @classmethod
    def read(cls, line: str) -> "Stretch":
        """From JSON; what it does not know it passes over."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in json.loads(line).items() if name in known})

    @property
    def found(self) -> int:
        """How much was wrong."""
        return self.lost + self.doubled + self.backwards + self.wrong_frames


class Log:
    """The file, and what it adds up to. A stretch that failed counts for nothing but its findings."""

    def __init__(self, file: Path) -> None:
        self._file = file
        text = file.read_text() if file.exists() else ""
        self._stretches = [Stretch.read(line) for line in text.splitlines()]

    def stretches(self) -> Sequence[Stretch]:
        """All of them, oldest first."""
        return self._stretches

    def add(
        self, seen: Sequence[Stretch], name: str, seed: int, commit: str, *, failed: bool
    ) -> None:
        """Keep a stretch, or several of one run; a failure without any is kept as one that saw nothing."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        marks = {"commit": commit, "at": now, "failed": failed}
        for each in seen or ([Stretch(name, seed)] if failed else []):
            stretch = Stretch(**{**asdict(each), **marks})
            self._stretches.append(stretch)
            with self._file.open("a") as file:
                file.write(json.dumps(asdict(stretch)) + "\n")

    def done(self, proof: Proof) -> int:
        """How much of its dose has passed."""
        return sum(getattr(each, proof.counts) for each in self._passed(proof))

    def seconds_each(self, proof: Proof) -> float:
        """What one of the dose has taken so far; the guess before that."""
        seconds = sum(each.seconds for each in self._passed(proof))
        return seconds / self.done(proof) if self.done(proof) else proof.seconds_each

    def _passed(self, proof: Proof) -> list[Stretch]:
        return [each for each in self._stretches if each.proof == proof.name and not each.failed]
