"""What the console page needs beside the levers: the wire, the weather, who is who."""

from __future__ import annotations

import msgspec
from aiohttp import web

from whatsapp_emulator.control.bodies import ControlError, only_queries, read_shape, reply
from whatsapp_emulator.faults.in_force import faults_shape, set_weather
from whatsapp_emulator.faults.switches import switch_shapes
from whatsapp_emulator.faults.weather import WEATHERS
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.wire.tap import TAP


async def get_console(request: web.Request) -> web.StreamResponse:
    """``{business, number, seed, weathers: [{name, title, words}], switches: [{title, words,
    rule}]}``: what does not change while the emulator runs. A switch is on while a rule of its
    title is in force."""
    only_queries(request)
    emulator = request.app[EMULATOR]
    return reply(
        {
            "business": emulator.settings.business_name,
            "number": emulator.display_numbers[emulator.number],
            "seed": emulator.settings.chance,
            "weathers": [
                {"name": one.name, "title": one.title, "words": one.words}
                for one in WEATHERS.values()
            ],
            "switches": switch_shapes(),
        }
    )


async def get_weather(request: web.Request) -> web.StreamResponse:
    """``{weather, rules}``: the name of the weather, null for a mixture of one's own rules."""
    only_queries(request)
    return reply(faults_shape(request.app[EMULATOR]))


class WeatherName(msgspec.Struct, forbid_unknown_fields=True):
    name: str


async def put_weather(request: web.Request) -> web.StreamResponse:
    """``{name}``: this weather's rules and no others. ``calm`` lets everything held back go on.
    Answers ``{weather, rules}``."""
    wanted = (await read_shape(request, WeatherName)).name
    one = WEATHERS.get(wanted)
    if one is None:
        raise ControlError(f"There is no weather {wanted!r}. Known are: {', '.join(WEATHERS)}.")
    emulator = request.app[EMULATOR]
    log = request.app[TAP].log
    log.add("weather", emulator.clock.now(), "weather", words=one.title)
    set_weather(emulator, one)
    return reply(faults_shape(emulator))


async def get_wire(request: web.Request) -> web.StreamResponse:
    """The newest exchanges, oldest first: ``[{number, kind: call|webhook|handshake|fault|weather,
    at, what, words, wa_ids, method, path, http, ended, error, attempt, ms}]``. ``?to=`` picks a
    contact by wa_id, ``?after=`` those with a higher number, ``?bodies=1`` adds ``request`` and
    ``answer``. Tokens and secrets are left out of all of them."""
    only_queries(request, "to", "after", "bodies")
    after = request.query.get("after", "0")
    if not after.isascii() or not after.isdigit():
        raise ControlError("after must be the number of an exchange.")
    with_bodies = request.query.get("bodies") in ("1", "true")
    found = request.app[TAP].log.since(int(after), request.query.get("to"))
    return reply([one.shape(with_bodies=with_bodies) for one in found])


async def get_exchange(request: web.Request) -> web.StreamResponse:
    """One exchange with ``request`` and ``answer``, its bodies as text."""
    number = request.match_info["number"]
    found = request.app[TAP].log.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise ControlError("That exchange is not kept any more.", http=404)
    return reply(found.shape(with_bodies=True))


async def delete_wire(request: web.Request) -> web.StreamResponse:
    """Forget what passed so far."""
    request.app[TAP].log.clear()
    return reply([])
