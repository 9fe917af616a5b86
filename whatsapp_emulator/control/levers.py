"""Levers of the control plane: faults, limits, pace and behaviour."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from whatsapp_emulator.control.bodies import (
    ControlError,
    convert,
    only_queries,
    read_json,
    read_shape,
    reply,
)
from whatsapp_emulator.faults.in_force import set_rules
from whatsapp_emulator.faults.rules import parse_rules
from whatsapp_emulator.faults.spoilt_webhooks import Reroute
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.pace import Limits


async def get_faults(request: web.Request) -> web.StreamResponse:
    """The rules in force, each with ``hits``; shapes in ``faults/rules.py``."""
    return reply(msgspec.to_builtins(request.app[EMULATOR].faults.rules))


async def put_faults(request: web.Request) -> web.StreamResponse:
    """Replace all rules by a list of them; answers the list. Counts begin at 0, except with
    ``?keep=1`` those of rules that were in force already."""
    only_queries(request, "keep")
    try:
        rules = parse_rules(await read_json(request))
    except msgspec.ValidationError as error:
        raise ControlError(f"{error}.") from None
    subscribed = {app.name for app in request.app[EMULATOR].webhooks.apps}
    for rule in rules:
        if isinstance(rule.do, Reroute) and rule.do.app not in subscribed:
            raise ControlError(f"There is no subscribed app {rule.do.app!r}; PUT apps first.")
    keep = request.query.get("keep") in ("1", "true")
    set_rules(request.app[EMULATOR], rules, keep=keep)
    return reply(msgspec.to_builtins(rules))


async def delete_faults(request: web.Request) -> web.StreamResponse:
    """No rule is in force any more."""
    set_rules(request.app[EMULATOR], [])
    return reply([])


async def get_limits(request: web.Request) -> web.StreamResponse:
    """The limits in force; null is off."""
    return reply(msgspec.to_builtins(request.app[EMULATOR].limiter.limits))


async def put_limits(request: web.Request) -> web.StreamResponse:
    """``{throughput_per_second?: number|null, pair?: {every_seconds: 6, burst: 45}|null,
    management_per_hour?: number|null}``; absent or null is off. Replaces all."""
    limits = await read_shape(request, Limits)
    if limits.throughput_per_second is not None and limits.throughput_per_second <= 0:
        raise ControlError("throughput_per_second must be greater than 0.")
    if limits.management_per_hour is not None and limits.management_per_hour <= 0:
        raise ControlError("management_per_hour must be greater than 0.")
    request.app[EMULATOR].limiter.replace(limits)
    return reply(msgspec.to_builtins(limits))


async def get_pace(request: web.Request) -> web.StreamResponse:
    """How long things take."""
    return reply(msgspec.to_builtins(request.app[EMULATOR].journeys.pace))


async def put_pace(request: web.Request) -> web.StreamResponse:
    """``{sent_seconds?: [low, high], delivered_seconds?, read_seconds?, scale?,
    linger_seconds?, webhook_timeout_seconds?}``; ``{"scale": 0}`` removes all delays. What is
    absent stays."""
    emulator = request.app[EMULATOR]
    emulator.use_pace(await _patched(request, emulator.journeys.pace))
    return reply(msgspec.to_builtins(emulator.journeys.pace))


async def get_behaviour(request: web.Request) -> web.StreamResponse:
    """What is done where Meta may do one thing or the other."""
    return reply(msgspec.to_builtins(request.app[EMULATOR].journeys.behaviour))


async def put_behaviour(request: web.Request) -> web.StreamResponse:
    """``{window_refusal?: sync|async, opaque_on_failed?: bool,
    inbound_media_number?: refused|taken}``. What is absent stays."""
    emulator = request.app[EMULATOR]
    emulator.journeys.behaviour = await _patched(request, emulator.journeys.behaviour)
    return reply(msgspec.to_builtins(emulator.journeys.behaviour))


async def _patched(request: web.Request, current: Any) -> Any:
    body = await read_json(request)
    if not isinstance(body, dict):
        raise ControlError("The body must be a JSON object.")
    return convert({**msgspec.to_builtins(current), **body}, type(current))
