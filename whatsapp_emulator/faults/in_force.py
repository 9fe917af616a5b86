"""Rules and weathers put in force at a running emulator, and told to whoever watches."""

from __future__ import annotations

from typing import Any

import msgspec

from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults import weather
from whatsapp_emulator.faults.rules import Rule
from whatsapp_emulator.pace import Limits


def set_rules(emulator: Emulator, rules: list[Rule], *, keep: bool = False) -> None:
    """These rules and no others; what is held stays held. ``keep``: as ``FaultBook.replace``."""
    emulator.faults.replace(rules, keep=keep)
    publish_faults(emulator)


def set_weather(emulator: Emulator, one: weather.Weather) -> None:
    """Its rules and no others, from the next call on; calm also lets go of what was held back."""
    emulator.faults.replace(one.fresh_rules())
    emulator.webhooks.hold(held=one.holds_webhooks)
    if one is weather.CALM:
        emulator.limiter.replace(Limits())
        let_go(emulator)
    publish_faults(emulator)


def let_go(emulator: Emulator) -> None:
    """Everything held back goes on: answers, late webhooks, statuses out of their turn."""
    emulator.held_calls.let_go()
    emulator.outlet.let_go()
    emulator.webhooks.let_go()


def faults_shape(emulator: Emulator) -> dict[str, Any]:
    """``{weather, rules}``: the name of the weather the rules are (null: a mixture), and the
    rules with their hits."""
    rules = emulator.faults.rules
    held = emulator.webhooks.is_held
    return {
        "weather": weather.current(rules, are_webhooks_held=held),
        "rules": msgspec.to_builtins(rules),
    }


def publish_faults(emulator: Emulator) -> None:
    """Tell the live feed what is in force and how often it has struck."""
    if emulator.live.is_heard:
        emulator.live.publish({"type": "faults", **faults_shape(emulator)})
