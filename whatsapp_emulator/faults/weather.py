"""Weathers: bundles of faults with a plain name, set and ended with one click."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from whatsapp_emulator.faults import switches
from whatsapp_emulator.faults.rules import Rule


@dataclass(frozen=True)
class Weather:
    """``words``: what happens, for a person. ``holds_webhooks``: none is posted until it ends."""

    name: str
    title: str
    words: str
    rules: tuple[Rule, ...] = ()
    holds_webhooks: bool = False

    def fresh_rules(self) -> list[Rule]:
        """Copies whose hits start at 0."""
        return [msgspec.structs.replace(rule, hits=0) for rule in self.rules]


CALM = Weather("calm", "Calm", "Everything works, and what was held back goes on.")

BAD_WIFI = Weather(
    "bad-wifi",
    "Bad Wi-Fi",
    "One call in four breaks before it is heard, one in eight after; webhooks come twice.",
    (
        switches.BREAK_THE_CONNECTION.rule(0.25),
        switches.CUT_THE_ANSWER.rule(0.125),
        switches.ANSWER_SLOWLY.rule(0.2),
        switches.TELL_TWICE.rule(1 / 3),
    ),
)

SLOW = Weather(
    "slow",
    "Slow",
    "Every answer takes two seconds, every status three more, customers' messages two.",
    (
        switches.ANSWER_SLOWLY.rule(),
        switches.STATUSES_LATE.rule(),
        switches.MESSAGES_LATE.rule(),
    ),
)

ANSWERS_LOST = Weather(
    "answers-lost",
    "Answers lost",
    "Every message is taken and no call answered; one in three gets no status until calm.",
    (
        switches.LOSE_THE_ANSWER.rule(0.5),
        switches.CUT_THE_ANSWER.rule(),
        switches.HOLD_STATUSES.rule(1 / 3),
    ),
)

DISORDER = Weather(
    "disorder",
    "Disorder",
    "Webhooks come late, twice, backwards, before the answer, and some signed wrongly at first.",
    (
        switches.TELL_FIRST.rule(1 / 3),
        switches.STATUSES_IN_DISORDER.rule(0.5),
        switches.TELL_TWICE.rule(0.7),
        switches.STATUSES_LATE.rule(1 / 3),
        switches.MESSAGES_LATE.rule(0.4),
        switches.SIGN_WRONGLY.rule(1 / 3),
    ),
)

DOWN = Weather(
    "down",
    "Down",
    "No call is taken: half break, half are answered 503. No webhook comes until calm.",
    (switches.BREAK_THE_CONNECTION.rule(0.5), switches.OUT_OF_SERVICE.rule()),
    holds_webhooks=True,
)

WEATHERS = {one.name: one for one in (CALM, BAD_WIFI, SLOW, ANSWERS_LOST, DISORDER, DOWN)}


def current(rules: list[Rule], *, are_webhooks_held: bool) -> str | None:
    """The name of the weather these rules are, or None for a mixture of one's own."""
    seen = [rule.essence for rule in rules]
    return next(
        (
            one.name
            for one in WEATHERS.values()
            if [rule.essence for rule in one.rules] == seen
            and one.holds_webhooks == are_webhooks_held
        ),
        None,
    )
