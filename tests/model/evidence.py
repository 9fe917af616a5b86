"""What is known of attempts, as small numbers; every sum is done by the product's own `domain/status.py`.

An attempt is coded `progress | failed << 2 | lapsed << 3`. The tables below are filled once by calling `join` and
`shown`, so that the search neither copies a rule nor pays for building objects a million times.
"""

from functools import cache

from forthwith.domain.status import Attempt, Failure, Progress, Shown, join, shown

PROGRESS: tuple[Progress, ...] = ("sending", "sent", "delivered", "read")
SHOWN: tuple[Shown, ...] = ("sending", "unconfirmed", "sent", "failed", "delivered", "read")
"""Coded by their place. For one attempt a greater place never follows a smaller one (R4)."""

SENDING, UNCONFIRMED, SENT, FAILED, DELIVERED, READ = range(6)
ACCUSED, LAPSED = 4, 8
"""The codes of a failure and of a lapsed wait, alone."""

STATUSES = {"sent": 1, "delivered": 2, "read": 3, "failed": ACCUSED}
"""What a webhook may say, as the code of its evidence."""

_FAILURE = frozenset({Failure(1, "131026")})


def attempt_of(code: int) -> Attempt:
    """The product's attempt that a code stands for."""
    failures = _FAILURE if code & ACCUSED else frozenset()
    return Attempt(PROGRESS[code & 3], failures, bool(code & LAPSED))


def code_of(attempt: Attempt) -> int:
    """The reverse."""
    accused = ACCUSED if attempt.failures else 0
    return PROGRESS.index(attempt.progress) | accused | (LAPSED if attempt.lapsed else 0)


JOINED: tuple[tuple[int, ...], ...] = tuple(
    tuple(code_of(join(attempt_of(one), attempt_of(other))) for other in range(16))
    for one in range(16)
)


@cache
def status_of(attempts: tuple[int, ...]) -> int:
    """What the product shows for these attempts, oldest first."""
    return SHOWN.index(shown([attempt_of(code) for code in attempts]))


def has_arrived(attempts: tuple[int, ...]) -> bool:
    """WhatsApp is known to have accepted the message, and has not taken it back."""
    return bool(attempts) and status_of(attempts) in (SENT, DELIVERED, READ)
