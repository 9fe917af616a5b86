"""The run itself: where webhooks go, the clock, waiting for quiet, starting over."""

from __future__ import annotations

import msgspec
from aiohttp import web

from whatsapp_emulator.control.bodies import ControlError, convert, read_json, read_shape, reply
from whatsapp_emulator.control.personas import COMPANY
from whatsapp_emulator.faults.in_force import publish_faults
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.settings import SettingsError, require_loopback
from whatsapp_emulator.webhooks.apps import App
from whatsapp_emulator.wire.tap import TAP


class WebhookTarget(msgspec.Struct, forbid_unknown_fields=True):
    url: str | None


async def get_webhook(request: web.Request) -> web.StreamResponse:
    """``{url}``: where webhooks go; null while they wait for an address."""
    return reply({"url": request.app[EMULATOR].webhooks.target})


async def put_webhook(request: web.Request) -> web.StreamResponse:
    """``{url}``: where webhooks go from now on (this machine only); null lets them wait."""
    target = await read_shape(request, WebhookTarget)
    try:
        if target.url is not None:
            require_loopback(target.url)
    except SettingsError as error:
        raise ControlError(str(error)) from None
    request.app[EMULATOR].webhooks.aim(target.url)
    return reply({"url": target.url})


async def get_apps(request: web.Request) -> web.StreamResponse:
    """``[{name, url}]``: the subscribed apps; ``first`` is the one of the command line."""
    apps = request.app[EMULATOR].webhooks.apps
    return reply([{"name": app.name, "url": app.url} for app in apps])


async def put_apps(request: web.Request) -> web.StreamResponse:
    """``[{name, url, secret}]``: the subscribed apps besides the first; each gets every update,
    signed with its own secret. Replaces them all; what waited for those replaced is forgotten."""
    apps = convert(await read_json(request), list[App])
    try:
        for app in apps:
            app.check()
    except SettingsError as error:
        raise ControlError(str(error)) from None
    if len({app.name for app in apps}) != len(apps):
        raise ControlError("Each app needs a name of its own.")
    await request.app[EMULATOR].webhooks.subscribe_others(apps)
    return await get_apps(request)


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    seconds: float


async def get_clock(request: web.Request) -> web.StreamResponse:
    """``{now, ahead_seconds}``: virtual seconds since 1970, and how far ahead of the wall."""
    clock = request.app[EMULATOR].clock
    return reply({"now": clock.now(), "ahead_seconds": clock.ahead_seconds})


async def advance_clock(request: web.Request) -> web.StreamResponse:
    """``{seconds}``: move the virtual clock forward; what falls due happens at once."""
    advance = await read_shape(request, Advance)
    if not 0 <= advance.seconds <= 400 * 86400:
        raise ControlError("seconds must lie between 0 and 400 days.")
    emulator = request.app[EMULATOR]
    emulator.advance_clock(advance.seconds)
    return await get_clock(request)


class Quiet(msgspec.Struct, forbid_unknown_fields=True):
    timeout_seconds: float = 10.0


async def wait_quiet(request: web.Request) -> web.StreamResponse:
    """``{timeout_seconds?: 10}``: answer 200 ``{quiet: true}`` as soon as no call, status or
    webhook is under way, 504 ``{quiet: false, under_way: {calls, statuses, webhooks}}`` after
    the time-out."""
    emulator = request.app[EMULATOR]
    quiet = await read_shape(request, Quiet)
    if await emulator.under_way.wait_quiet(quiet.timeout_seconds):
        return reply({"quiet": True, "under_way": emulator.under_way.counts()})
    return reply({"quiet": False, "under_way": emulator.under_way.counts()}, http=504)


class Reset(msgspec.Struct, forbid_unknown_fields=True):
    keep_contacts: bool = False


async def reset(request: web.Request) -> web.StreamResponse:
    """``{keep_contacts?: false}``: everything as at the start, personas with their past."""
    body = await read_shape(request, Reset)
    await request.app[EMULATOR].reset(keep_contacts=body.keep_contacts)
    request.app[TAP].log.clear()
    publish_faults(request.app[EMULATOR])
    company = request.app.get(COMPANY)
    if company is not None:
        await company.start_over()
    return reply({"reset": True})
