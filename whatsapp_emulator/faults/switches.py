"""Faults by plain names: what the console's switches set, and what weathers are made of."""

from __future__ import annotations

from typing import Any

import msgspec

from whatsapp_emulator.faults.refusals import Close, Error, Unavailable
from whatsapp_emulator.faults.rules import AnyAction, Match, Rule
from whatsapp_emulator.faults.spoilt_answers import BadGateway, Hang, Reset, Slow, StatusFirst
from whatsapp_emulator.faults.spoilt_webhooks import (
    BadSignature,
    Delay,
    Drop,
    Duplicate,
    Fail,
    Reverse,
    StripOpaque,
)

HELD_SECONDS = 3600.0
CALLS = Match(kind=["send", "mark_read", "typing", "node"])
BOTH_WAYS = Match(kind=["send", "inbound"])
INBOUND = Match(kind="inbound")


class Switch(msgspec.Struct, frozen=True):
    """A fault a person can turn on. ``title`` is also the name of its rule; ``words`` say what
    WhatsApp then does."""

    title: str
    words: str
    do: AnyAction
    match: Match = msgspec.field(default_factory=Match)

    def rule(self, probability: float = 1.0, **match: Any) -> Rule:
        """A fresh rule of this fault; ``match`` narrows whom it hits."""
        narrowed = msgspec.structs.replace(self.match, **match)
        return Rule(do=self.do, match=narrowed, probability=probability, name=self.title)


LOSE_THE_ANSWER = Switch(
    "Lose the answer", "it takes the message and never answers", Hang(seconds=HELD_SECONDS)
)
CUT_THE_ANSWER = Switch(
    "Cut the line after accepting", "it takes the message, then the connection breaks", Reset()
)
BAD_GATEWAY = Switch(
    "Answer with a gateway's page", "it takes the message; the answer is a 502", BadGateway()
)
ANSWER_SLOWLY = Switch("Answer slowly", "right answers, two seconds late", Slow(seconds=2.0))
TELL_FIRST = Switch(
    "Tell before answering", "the first status comes before the answer", StatusFirst()
)
BREAK_THE_CONNECTION = Switch(
    "Break the connection", "nothing is taken, nothing is said", Close(), CALLS
)
OUT_OF_SERVICE = Switch("Out of service", "HTTP 503 without a word", Unavailable(), CALLS)
SAY_UNAVAILABLE = Switch(
    "Say “service unavailable”", "error 131016, nothing is taken", Error(code=131016)
)
SLOW_DOWN = Switch(
    "Answer “slow down”",
    "error 131056 for one contact, for a second",
    Error(code=131056, retry_after_seconds=1.0),
)
WINDOW_CLOSED = Switch(
    "Refuse: window closed", "error 131047, nothing is taken", Error(code=131047)
)
UNDELIVERABLE = Switch(
    "Refuse: undeliverable", "error 131026, nothing is taken", Error(code=131026)
)
TOKEN_EXPIRED = Switch("Refuse: token expired", "error 190, as if signed out", Error(code=190))
FAIL_LATER = Switch("Fail after accepting", "131026 as a status", Fail(code=131026))
TELL_TWICE = Switch(
    "Tell everything twice", "each webhook comes again", Duplicate(copies=1), BOTH_WAYS
)
STATUSES_IN_DISORDER = Switch(
    "Statuses in disorder", "“sent” comes after what follows it", Reverse()
)
HOLD_STATUSES = Switch(
    "Hold statuses back", "until the weather is calm", Delay(seconds=HELD_SECONDS)
)
STATUSES_LATE = Switch("Statuses late", "three seconds after they happen", Delay(seconds=3.0))
MESSAGES_LATE = Switch("Customers' messages late", "two seconds", Delay(seconds=2.0), INBOUND)
NO_READ_STATUS = Switch("Never say “read”", "that status is dropped", Drop(statuses=["read"]))
FORGET_THE_DATUM = Switch(
    "Forget the echo datum", "statuses cannot be matched by it", StripOpaque()
)
SIGN_WRONGLY = Switch(
    "Sign wrongly at first", "each webhook's first attempt", BadSignature(attempts=1), BOTH_WAYS
)

SWITCHES = (
    *(LOSE_THE_ANSWER, CUT_THE_ANSWER, BAD_GATEWAY, ANSWER_SLOWLY, TELL_FIRST),
    *(BREAK_THE_CONNECTION, OUT_OF_SERVICE, SAY_UNAVAILABLE, SLOW_DOWN),
    *(WINDOW_CLOSED, UNDELIVERABLE, TOKEN_EXPIRED, FAIL_LATER),
    *(TELL_TWICE, STATUSES_IN_DISORDER, HOLD_STATUSES, STATUSES_LATE, MESSAGES_LATE),
    *(NO_READ_STATUS, FORGET_THE_DATUM, SIGN_WRONGLY),
)


def switch_shapes() -> list[dict[str, Any]]:
    """``[{title, words, rule}]``, the rule as ``PUT faults`` takes it."""
    return [
        {
            "title": one.title,
            "words": one.words,
            "rule": {**msgspec.to_builtins(one.rule()), "hits": 0},
        }
        for one in SWITCHES
    ]
