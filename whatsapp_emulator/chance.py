"""Chance without luck: every draw is a function of a seed and of what it is drawn for.

Nothing depends on arrival time, so a run with the same seed and the same messages repeats.
"""

from __future__ import annotations

from hashlib import blake2b


def fraction(*parts: object) -> float:
    """A number in [0, 1) that only depends on ``parts``."""
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def between(low: float, high: float, *parts: object) -> float:
    """A number from ``low`` to ``high`` that only depends on ``parts``."""
    return low + (high - low) * fraction(*parts)
