"""Weathers: bundles of faults with a plain name, set and ended with one click."""

from __future__ import annotations

from dataclasses import dataclass

from whatsapp_emulator.faults import switches
from whatsapp_emulator.faults.rules import Delay, Duplicate, Hang, Match, Rule, Slow


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
        return [
            Rule(one.do, one.match, one.times, one.probability, one.seed, one.name)
            for one in self.rules
        ]


CALM = Weather("calm", "Calm", "Everything works, and what was held back goes on.")

BAD_WIFI = Weather(
    "bad-wifi",
    "Bad Wi-Fi",
    "One call in four breaks before WhatsApp hears it, one in eight after; answers take up to a "
    "second; one webhook in three comes twice.",
    (
        switches.BREAK_THE_CONNECTION.rule(0.25),
        switches.CUT_THE_ANSWER.rule(0.125),
        Rule(Slow(seconds=0.8), probability=0.5, name=switches.ANSWER_SLOWLY.title),
        switches.ANSWER_TWICE.rule(1 / 3),
    ),
)

SLOW = Weather(
    "slow",
    "WhatsApp slow",
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
    "WhatsApp takes every message and never says so: half the calls hang, half break. One in "
    "three is not even told of by a status until calm.",
    (
        Rule(
            Hang(seconds=switches.HELD_SECONDS),
            probability=0.5,
            name=switches.LOSE_THE_ANSWER.title,
        ),
        switches.CUT_THE_ANSWER.rule(),
        switches.HOLD_STATUSES.rule(1 / 3),
    ),
)

DISORDER = Weather(
    "disorder",
    "Disorder",
    "Webhooks come late, twice and backwards, some before the answer, some signed wrongly at "
    "first.",
    (
        switches.ANSWER_LAST.rule(0.3),
        switches.STATUSES_IN_DISORDER.rule(0.5),
        Rule(
            Duplicate(copies=2),
            Match(kind=["send", "inbound"]),
            probability=0.7,
            name=switches.ANSWER_TWICE.title,
        ),
        Rule(
            Delay(seconds=1.5, statuses=["sent", "delivered"]),
            probability=0.4,
            name=switches.STATUSES_LATE.title,
        ),
        switches.MESSAGES_LATE.rule(0.4),
        switches.SIGN_WRONGLY.rule(0.3),
    ),
)

DOWN = Weather(
    "down",
    "WhatsApp down",
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
