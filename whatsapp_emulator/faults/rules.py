"""The shapes of fault rules.

A rule is ``{"match": {...}, "do": {"action": ..., ...}, "times"?, "for_seconds"?, "probability"?,
"seed"?}``; an action without parameters may be written as its name: ``{"do": "hang"}``.

Three families of actions: those that refuse a call before anything is accepted
(``faults/refusals.py``), those that accept it and spoil the answer (``faults/spoilt_answers.py``),
and those that spoil the webhooks of a message (``faults/spoilt_webhooks.py``).
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from whatsapp_emulator.faults.refusals import Refusal
from whatsapp_emulator.faults.spoilt_answers import Hang, SpoiltAnswer, StatusFirst
from whatsapp_emulator.faults.spoilt_webhooks import Fail, SpoiltWebhook

# Those that calls themselves look at.
__all__ = ["Fail", "Hang", "Kind", "Match", "Plan", "Rule", "StatusFirst", "parse_rules"]

Kind = Literal["send", "mark_read", "typing", "node", "inbound", "upload", "resolve", "download"]
AnyAction: TypeAlias = Refusal | SpoiltAnswer | SpoiltWebhook


class Match(msgspec.Struct, forbid_unknown_fields=True):
    """Whom a rule hits; absent fields match everybody.

    ``phone``: id of the business number. ``to``: the contact's wa_id or business-scoped id, of
    either direction. ``kind``: calls (``send`` by default, ``mark_read``, ``typing``, ``node``
    for reads of nodes, ``upload``, ``resolve`` and ``download`` of media) or ``inbound``
    messages; one or several. ``nth``: only the nth matching call or message of that contact,
    counted from 1 since the rule was set. ``text``: the body contains it. ``opaque``: the echo
    datum begins with it.
    """

    phone: str | None = None
    to: str | None = None
    type: str | None = None
    kind: Kind | list[Kind] = "send"
    nth: int | list[int] | None = None
    text: str | None = None
    opaque: str | None = None


class Rule(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; ``hits`` counts how often it struck (ignored when set).

    ``probability`` is drawn from the seed and the message's own number. ``times`` (over all
    contacts) and ``for_seconds`` (of virtual time, from the first hit on) end a rule; those two
    alone depend on who comes first and when, unless ``match.to`` names one contact.
    """

    do: AnyAction
    match: Match = msgspec.field(default_factory=Match)
    times: int | None = None
    for_seconds: float | None = None
    probability: float = 1.0
    seed: int | None = None
    name: str | None = None
    hits: int = 0

    @property
    def essence(self) -> tuple[Any, ...]:
        """All of it but how often it has struck."""
        return (
            *(self.do, self.match, self.times, self.for_seconds),
            *(self.probability, self.seed, self.name),
        )


class Plan(msgspec.Struct):
    """The actions that a message's webhooks carry along from acceptance on."""

    actions: list[SpoiltWebhook] = []

    def find(self, action: type[Any]) -> Any:
        """The first action of that class, or None."""
        return next((one for one in self.actions if isinstance(one, action)), None)

    def every(self, action: type[Any]) -> list[Any]:
        """All actions of that class."""
        return [one for one in self.actions if isinstance(one, action)]


def parse_rules(body: Any) -> list[Rule]:
    """Rules from a decoded JSON list; ``msgspec.ValidationError`` says what is wrong where."""
    if isinstance(body, list):
        body = [
            {**rule, "do": {"action": rule["do"]}}
            if isinstance(rule, dict) and isinstance(rule.get("do"), str)
            else rule
            for rule in body
        ]
    return msgspec.convert(body, list[Rule])
