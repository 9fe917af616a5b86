"""Deeds of contacts on the control plane: tap a button, play a voice note, call, stop marketing."""

from __future__ import annotations

import msgspec
from aiohttp import web

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.control.bodies import ControlError, read_shape, reply
from whatsapp_emulator.control.people import contact_of
from whatsapp_emulator.deeds import call, choices, choose_marketing, tap
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.ledger import Entry


class Tap(msgspec.Struct, forbid_unknown_fields=True):
    wamid: str
    id: str


class Play(msgspec.Struct, forbid_unknown_fields=True):
    wamid: str


class Call(msgspec.Struct, forbid_unknown_fields=True):
    phone_number_id: str | None = None


class Marketing(msgspec.Struct, forbid_unknown_fields=True):
    stopped: bool


async def post_tap(request: web.Request) -> web.StreamResponse:
    """``{wamid, id}``: the contact taps a reply button, a row of a list or a template's quick reply
    (its payload) of a message on the phone. Answers ``{id}``, the wamid of what that sends."""
    contact = contact_of(request)
    body = await read_shape(request, Tap)
    entry = _on_phone(request, contact, body.wamid)
    chosen = dict(choices(entry)).get(body.id)
    if chosen is None:
        known = ", ".join(repr(name) for name, _ in choices(entry)) or "none"
        raise ControlError(f"That message has no button {body.id!r}; it has {known}.")
    return reply({"id": tap(request.app[EMULATOR], contact, entry, chosen).wamid})


async def post_play(request: web.Request) -> web.StreamResponse:
    """``{wamid}``: the contact plays a voice note of the business; ``played`` follows once."""
    contact = contact_of(request)
    entry = _on_phone(request, contact, (await read_shape(request, Play)).wamid)
    if entry.type != "audio":
        raise ControlError("Only a voice note can be played.")
    emulator = request.app[EMULATOR]
    emulator.see_all(contact)
    emulator.journeys.played(entry, contact)
    return reply({"played": True})


async def post_call(request: web.Request) -> web.StreamResponse:
    """``{phone_number_id?}``: the contact calls the business, which opens the service window."""
    emulator = request.app[EMULATOR]
    number = (await read_shape(request, Call)).phone_number_id or emulator.number
    if number not in emulator.settings.phone_number_ids:
        raise ControlError(f"There is no business number with the id {number!r}.")
    return reply({"id": call(emulator, contact_of(request), number)})


async def post_marketing(request: web.Request) -> web.StreamResponse:
    """``{stopped}``: the contact stops (or resumes) marketing messages, which then fail (131050);
    the business hears ``user_preferences``."""
    emulator = request.app[EMULATOR]
    stopped = (await read_shape(request, Marketing)).stopped
    choose_marketing(emulator, contact_of(request), emulator.number, stopped=stopped)
    return reply({"stopped": stopped})


def _on_phone(request: web.Request, contact: Contact, wamid: str) -> Entry:
    entry = request.app[EMULATOR].ledger.get(wamid)
    if entry is None or entry.to != contact.wa_id or entry.arrived_at is None:
        raise ControlError("There is no such message on the contact's phone.", http=404)
    return entry
