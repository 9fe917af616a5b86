"""The rules in force, and the decision whom they hit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from whatsapp_emulator.chance import fraction
from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.faults.refusals import Refusal
from whatsapp_emulator.faults.rules import Kind, Plan, Rule
from whatsapp_emulator.faults.spoilt_answers import SpoiltAnswer
from whatsapp_emulator.faults.spoilt_webhooks import SpoiltWebhook


@dataclass(frozen=True)
class Occasion:
    """A call or an inbound message that rules may hit.

    ``addresses``: every name of the contact (wa_id, business-scoped id). ``number``: the how
    manieth of its kind and contact it is; with the seed it decides probabilities.
    """

    kind: Kind
    addresses: tuple[str, ...] = ()
    number: int = 0
    type: str = ""
    text: str = ""
    opaque: str = ""
    phone: str = ""


@dataclass
class Verdict:
    """What the rules make of an occasion."""

    refusal: Refusal | None = None
    answer: SpoiltAnswer | None = None
    plan: Plan = field(default_factory=Plan)


class FaultBook:
    """Rules are asked in their order; the first that spoils the call or its answer stands."""

    def __init__(self, seed: int, clock: VirtualClock) -> None:
        self._seed, self._clock = seed, clock
        self._seen: Counter[tuple[int, str]] = Counter()
        self._first_hit_at: dict[int, float] = {}
        self.rules: list[Rule] = []

    def replace(self, rules: list[Rule], *, keep: bool = False) -> None:
        """Put ``rules`` in force, from zero; with ``keep`` those in force already go on counting."""
        old = list(enumerate(self.rules)) if keep else []
        seen: Counter[tuple[int, str]] = Counter()
        first_hit_at: dict[int, float] = {}
        for index, rule in enumerate(rules):
            rule.hits = 0
            same = next((pair for pair in old if pair[1].essence == rule.essence), None)
            if same is not None:
                old.remove(same)
                rule.hits = same[1].hits
                if same[0] in self._first_hit_at:
                    first_hit_at[index] = self._first_hit_at[same[0]]
                seen.update({(index, to): n for (at, to), n in self._seen.items() if at == same[0]})
        self.rules, self._seen, self._first_hit_at = rules, seen, first_hit_at

    def judge(self, occasion: Occasion) -> Verdict:
        verdict = Verdict()
        actions: list[SpoiltWebhook] = []
        for index, rule in enumerate(self.rules):
            do = rule.do
            if isinstance(do, SpoiltWebhook):
                if self._strikes(index, rule, occasion):
                    actions.append(do)
            elif not (verdict.refusal or verdict.answer) and self._strikes(index, rule, occasion):
                if isinstance(do, Refusal):
                    verdict.refusal = do
                else:
                    verdict.answer = do
        verdict.plan = Plan(actions)
        return verdict

    def _strikes(self, index: int, rule: Rule, occasion: Occasion) -> bool:
        if not _matches(rule, occasion):
            return False
        contact = occasion.addresses[0] if occasion.addresses else ""
        self._seen[index, contact] += 1
        nth = rule.match.nth
        if nth is not None:
            wanted = nth if isinstance(nth, list) else [nth]
            if self._seen[index, contact] not in wanted:
                return False
        if rule.times is not None and rule.hits >= rule.times:
            return False
        seed = self._seed if rule.seed is None else rule.seed
        drawn = fraction(seed, "fault", index, occasion.kind, contact, occasion.number)
        if drawn >= rule.probability:
            return False
        if rule.for_seconds is not None:
            now = self._clock.now()
            if now >= self._first_hit_at.setdefault(index, now) + rule.for_seconds:
                return False
        rule.hits += 1
        return True


def _matches(rule: Rule, occasion: Occasion) -> bool:
    match = rule.match
    kinds = match.kind if isinstance(match.kind, list) else [match.kind]
    return (
        occasion.kind in kinds
        and match.phone in (None, occasion.phone)
        and (match.to is None or match.to.lstrip("+") in occasion.addresses)
        and (match.type is None or match.type == occasion.type)
        and (match.text is None or match.text in occasion.text)
        and (match.opaque is None or occasion.opaque.startswith(match.opaque))
    )
