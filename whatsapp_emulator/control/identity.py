"""Changes of a contact's identity, on the control plane."""

from __future__ import annotations

import msgspec
from aiohttp import web

from whatsapp_emulator.control.bodies import ControlError, read_shape, reply
from whatsapp_emulator.control.people import contact_of
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.identifiers import digits
from whatsapp_emulator.identity import change_identity, change_number, change_user_id


class NewNumber(msgspec.Struct, forbid_unknown_fields=True):
    wa_id: str


class NewUserId(msgspec.Struct, forbid_unknown_fields=True):
    bsuid: str | None = None


class NewIdentity(msgspec.Struct, forbid_unknown_fields=True):
    identity_key_hash: str


async def post_number(request: web.Request) -> web.StreamResponse:
    """``{wa_id}``: the contact changes to this number, gets a new business-scoped id and keeps
    the conversation; the business hears ``user_changed_number``. Answers the contact."""
    emulator = request.app[EMULATOR]
    contact = contact_of(request)
    wa_id = digits((await read_shape(request, NewNumber)).wa_id)
    if not wa_id.isdigit() or emulator.contacts.get(wa_id) is not None:
        raise ControlError("The new wa_id must be a phone number that nobody has.")
    change_number(emulator, contact, wa_id)
    return reply(emulator.contact_shape(contact))


async def post_user_id(request: web.Request) -> web.StreamResponse:
    """``{bsuid?}``: the contact gets this or an invented business-scoped id; the business hears
    ``user_changed_user_id``. Answers the contact."""
    emulator = request.app[EMULATOR]
    contact = contact_of(request)
    change_user_id(emulator, contact, (await read_shape(request, NewUserId)).bsuid)
    return reply(emulator.contact_shape(contact))


async def post_identity(request: web.Request) -> web.StreamResponse:
    """``{identity_key_hash}``: the contact installed WhatsApp anew; the business hears
    ``customer_identity_changed``. Answers the contact."""
    emulator = request.app[EMULATOR]
    contact = contact_of(request)
    body = await read_shape(request, NewIdentity)
    change_identity(emulator, contact, body.identity_key_hash)
    return reply(emulator.contact_shape(contact))
