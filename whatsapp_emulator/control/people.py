"""Contacts of the control plane: who they are, what they write and see."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from whatsapp_emulator.contacts import Contact, ContactPatch
from whatsapp_emulator.control.bodies import (
    ControlError,
    only_queries,
    read_json,
    read_shape,
    reply,
)
from whatsapp_emulator.control.media import fill_media
from whatsapp_emulator.control.personas import COMPANY
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.identifiers import digits
from whatsapp_emulator.thread import thread


async def get_contacts(request: web.Request) -> web.StreamResponse:
    """``[{wa_id, name, device, read_receipts, bsuid, username, phone_hidden, blocked, waiting,
    window_expires_at, parent_bsuid, phone_fades, identity_key_hash, marketing_stopped}]``; ``waiting`` counts messages not yet on the phone."""
    only_queries(request)
    emulator = request.app[EMULATOR]
    return reply([emulator.contact_shape(contact) for contact in emulator.contacts])


async def put_contact(request: web.Request) -> web.StreamResponse:
    """Make or change a contact: ``{name?, device?: online-open|online|offline, read_receipts?,
    bsuid?, username?, phone_hidden?, blocked?, parent_bsuid?, phone_fades?, identity_key_hash?}``. What is absent stays; a new contact is online with
    receipts on. Answers the contact."""
    emulator = request.app[EMULATOR]
    wa_id = _wa_id(request)
    patch = await read_shape(request, ContactPatch)
    return reply(emulator.contact_shape(emulator.put_contact(wa_id, patch)))


async def post_read(request: web.Request) -> web.StreamResponse:
    """The contact opens the conversation: what has arrived becomes read. ``{seen: count}``."""
    emulator = request.app[EMULATOR]
    return reply({"seen": emulator.see_all(contact_of(request))})


async def get_thread(request: web.Request) -> web.StreamResponse:
    """What the phone shows: ``{contact, messages: [{id, direction, type, text, at, status,
    context, content, media}], waiting, typing_seconds}``; ``content`` is Meta's object of the
    type, ``media`` ``{id, mime_type, sha256,
    file_size, filename, url}``, the url being this server's. Directions are the business's; the status of inbound
    messages is the contact's ticks (sent, delivered: the webhook was answered 200, read)."""
    only_queries(request)
    emulator, contact = request.app[EMULATOR], contact_of(request)
    inbound = emulator.inbound.of_contact(contact.wa_id)
    typing = emulator.typing_until.get(contact.wa_id, 0.0) - emulator.clock.now()
    return reply(
        {
            "contact": emulator.contact_shape(contact),
            "messages": thread(inbound, emulator.ledger.of_contact(contact.wa_id)),
            "typing_seconds": max(0.0, typing),
        }
    )


async def post_inbound(request: web.Request) -> web.StreamResponse:
    """A contact writes: Meta's message object with ``from`` (``{from, type, text: {body}}``, any
    type, ``context`` and ``referral`` too), or short ``{from, text: "..."}``. ``from`` is a
    phone number or business-scoped id; an unknown number becomes a contact. ``phone_number_id``
    picks the business number. Media named by an id of ``POST media`` is filled in (``mime_type``,
    ``sha256``, ``url``). Opens the service window. Answers ``{id}``, the wamid."""
    emulator = request.app[EMULATOR]
    body = await read_json(request)
    if not isinstance(body, dict) or not isinstance(body.get("from"), str) or not body["from"]:
        raise ControlError("An inbound message needs 'from', the contact's number or id.")
    number = body.pop("phone_number_id", emulator.number)
    if number not in emulator.settings.phone_number_ids:
        raise ControlError(f"There is no business number with the id {number!r}.")
    sender = body.pop("from")
    message, media = fill_media(emulator, _message(body), number)
    if isinstance(message.get("context"), dict):
        message["context"] = {"from": emulator.display_numbers[number], **message["context"]}
    contact = emulator.contacts.find(sender)
    if contact is None:
        if not digits(sender).isdigit():
            raise ControlError(f"There is no contact {sender!r}.")
        contact = emulator.put_contact(digits(sender), ContactPatch())
    company = request.app.get(COMPANY)
    if company is not None:
        company.hand_over(contact.wa_id)
    return reply({"id": emulator.write(contact, message, number, media).wamid})


def _message(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("text"), str):
        body = {**body, "type": "text", "text": {"body": body["text"]}}
    kind = body.get("type")
    if not isinstance(kind, str) or not kind:
        raise ControlError("An inbound message needs 'text' or a 'type' with its object.")
    if kind == "text":
        text = body.get("text")
        if not isinstance(text, dict) or not isinstance(text.get("body"), str):
            raise ControlError("An inbound text needs 'text' or 'text.body'.")
    return {name: value for name, value in body.items() if name not in ("id", "timestamp")}


def _wa_id(request: web.Request) -> str:
    wa_id = digits(request.match_info["wa_id"])
    if not wa_id.isdigit() or len(wa_id) > 20:
        raise ControlError("A wa_id is a phone number: digits only.")
    return wa_id


def contact_of(request: web.Request) -> Contact:
    """The contact in the path, by wa_id or business-scoped id."""
    contact = request.app[EMULATOR].contacts.find(request.match_info["wa_id"])
    if contact is None:
        raise ControlError(f"There is no contact {request.match_info['wa_id']!r}.", http=404)
    return contact
