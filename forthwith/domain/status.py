"""Status is a join, not a state machine (R4): the order, repeats and gaps of webhooks cannot matter.

`tests/vectors/status.json` holds the truth table; this module and `web/src/domain/status.ts` both run it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Progress = Literal["sending", "sent", "delivered", "read", "played"]
Shown = Literal["sending", "sent", "delivered", "read", "played", "failed", "unconfirmed"]

RANK: dict[Progress, int] = {"sending": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}


class Failure(NamedTuple):
    """One accusation. `at`: WhatsApp's own time, whole seconds since the epoch; the smallest (at, code) is shown.

    `code` is WhatsApp's number as text, empty for our own refusals; `reason` is our word for it (`protocol/codes.py`).
    """

    at: int
    code: str
    detail: str = ""
    reason: str = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of one call to WhatsApp. `lapsed`: the waiting time for its outcome has passed without a word."""

    progress: Progress = "sending"
    failures: frozenset[Failure] = frozenset()
    lapsed: bool = False


def join(one: Attempt, other: Attempt) -> Attempt:
    """Everything known by either: commutative, associative, idempotent."""
    greater = one.progress if RANK[one.progress] >= RANK[other.progress] else other.progress
    return Attempt(greater, one.failures | other.failures, one.lapsed or other.lapsed)


def shown_of_attempt(attempt: Attempt) -> Shown:
    """Evidence beats accusation, accusation beats `sent`, any word from WhatsApp beats our doubt."""
    if RANK[attempt.progress] >= RANK["delivered"]:
        return attempt.progress
    if attempt.failures:
        return "failed"
    if attempt.lapsed and attempt.progress == "sending":
        return "unconfirmed"
    return attempt.progress


def shown(attempts: Sequence[Attempt]) -> Shown:
    """Status of a message with these attempts, oldest first; without any it is still `sending`.

    A newer attempt clears an older failure, but never an older attempt's evidence of arrival; and when it fails itself,
    an older doubt is still a doubt: "returned" must not be said of what may have arrived.
    """
    each = [shown_of_attempt(attempt) for attempt in attempts]
    arrived = [status for status in each if status in RANK and status != "sending"]
    if arrived:
        return max(arrived, key=lambda status: RANK[status])
    if each and each[-1] == "failed" and "unconfirmed" in each:
        return "unconfirmed"
    return each[-1] if each else "sending"


def shown_failure(failures: Iterable[Failure]) -> Failure | None:
    """The failure to name: smallest by WhatsApp's time, then code, so that every reader picks the same."""
    return min(failures, default=None)
