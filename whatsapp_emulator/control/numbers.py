"""Business numbers on the control plane: what Meta's quality watch decides."""

from __future__ import annotations

from typing import Literal

import msgspec
from aiohttp import web

from whatsapp_emulator.control.bodies import ControlError, only_queries, read_shape, reply
from whatsapp_emulator.graph.routes import EMULATOR


class NumberChange(msgspec.Struct, forbid_unknown_fields=True):
    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] | None = None
    throughput: Literal["STANDARD", "HIGH"] | None = None
    is_registered: bool | None = None


async def get_numbers(request: web.Request) -> web.StreamResponse:
    """``[{id, account, display_phone_number, quality, throughput, is_registered, ...}]``."""
    only_queries(request)
    return reply([_shape(request, one) for one in request.app[EMULATOR].numbers])


async def put_number(request: web.Request) -> web.StreamResponse:
    """``{quality?: GREEN|YELLOW|RED|UNKNOWN, throughput?: STANDARD|HIGH, is_registered?}``; a change
    of quality is told by ``phone_number_quality_update``. Answers the number."""
    emulator = request.app[EMULATOR]
    number = emulator.numbers.get(request.match_info["id"])
    if number is None:
        raise ControlError("There is no business number with that id.", http=404)
    change = await read_shape(request, NumberChange)
    if change.throughput is not None:
        number.throughput = change.throughput
    if change.is_registered is not None:
        number.is_registered = change.is_registered
    if change.quality is not None and change.quality != number.quality:
        number.quality = change.quality
        value = {
            "display_phone_number": emulator.display_numbers[number.id],
            "event": "FLAGGED" if change.quality == "RED" else "UNFLAGGED",
            "current_limit": "TIER_2K",
        }
        account = emulator.settings.account_of(number.id)
        emulator.tell_account(account, "phone_number_quality_update", value)
    emulator.changed.set()
    return reply(_shape(request, number.id))


def _shape(request: web.Request, name: str) -> dict[str, object]:
    emulator = request.app[EMULATOR]
    number = msgspec.to_builtins(emulator.numbers[name])
    number["account"] = emulator.settings.account_of(name)
    number["display_phone_number"] = emulator.display_numbers[name]
    return dict(number)
