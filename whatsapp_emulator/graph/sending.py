"""``POST /{phone_number_id}/messages``: sends, read receipts and the typing indicator."""

from __future__ import annotations

import json

from aiohttp import web

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults.rules import Fail, Kind, Plan, StatusFirst
from whatsapp_emulator.graph.answers import act_refusal, answer
from whatsapp_emulator.graph.calls import ReadCall, SendCall, parse_call
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.gate import EMULATOR, business_number, maybe_spoil, success
from whatsapp_emulator.graph.recipients import (
    check_reaction,
    check_recipient,
    check_window,
    find_recipient,
)
from whatsapp_emulator.graph.template_sends import check_marketing, check_template_send
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.media.attachments import attachments, fault_of, find_media
from whatsapp_emulator.media.store import Media
from whatsapp_emulator.templates.fitting import Fitted
from whatsapp_emulator.thread import summary


async def post_message(request: web.Request) -> web.StreamResponse:
    """A send, or a read receipt with or without typing."""
    emulator = request.app[EMULATOR]
    phone = business_number(request)
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise GraphError(100, message="(#100) The body is not valid JSON.") from None
    call = parse_call(body)
    if isinstance(call, ReadCall):
        return await _read(request, emulator, call)
    return await _send(request, emulator, call, phone)


async def _send(
    request: web.Request, emulator: Emulator, call: SendCall, phone: str
) -> web.StreamResponse:
    contact = find_recipient(emulator, call)
    if contact is not None:
        contact.calls += 1
    verdict = emulator.judge(
        "send",
        contact,
        contact.calls if contact else 0,
        address=call.address,
        type_=call.type,
        text=summary(call.type, call.payload),
        opaque=call.opaque or "",
        phone=phone,
    )
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    exceeded = emulator.limiter.exceeded(phone, contact.wa_id if contact else call.address)
    if exceeded:
        raise GraphError(exceeded[0], retry_after_seconds=exceeded[1])
    contact = check_recipient(emulator, call, contact, phone)
    fitted = check_template_send(emulator, call, phone)
    media, faults = _check_media(emulator, call, phone)
    faults = [
        *check_window(emulator, call, contact, phone),
        *check_reaction(emulator, call, contact, phone),
        *check_marketing(fitted, contact),
        *faults,
    ]
    plan = Plan([*faults[:1], *verdict.plan.actions]) if faults else verdict.plan
    version = float(request.match_info["version"])
    entry = emulator.accept(call, contact, phone, plan, media=media, version=version, fitted=fitted)
    good = answer(_accepted(call, contact, entry, fitted))
    if isinstance(verdict.answer, StatusFirst):
        await emulator.first_answers.wait(entry.wamid)
    return await maybe_spoil(request, verdict.answer, good)


def _check_media(emulator: Emulator, call: SendCall, phone: str) -> tuple[Media | None, list[Fail]]:
    """The first media named by id, and what will become of media WhatsApp cannot process."""
    if call.type == "text":
        return None, []
    first, faults = None, []
    for one in attachments(call.type, call.payload):
        if one.id:
            media = find_media(emulator.media, one, phone)
            first = first or media
            details = fault_of(one, media)
            if details:
                faults.append(Fail(code=131053, details=details))
    return first, faults


def _accepted(
    call: SendCall, contact: Contact, entry: Entry, fitted: Fitted | None
) -> dict[str, object]:
    shown = "wa_id" if call.addressed_by == "to" else "user_id"
    address = contact.wa_id if shown == "wa_id" else contact.bsuid
    message = {"id": entry.wamid}
    if fitted is not None:
        held = fitted.template.is_held
        message["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": call.address, shown: address}],
        "messages": [message],
    }


async def _read(request: web.Request, emulator: Emulator, call: ReadCall) -> web.StreamResponse:
    inbound = emulator.inbound.get(call.message_id)
    contact = emulator.contacts.get(inbound.wa_id) if inbound else None
    kind: Kind = "typing" if call.typing else "mark_read"
    number = contact.writes if contact else 0
    verdict = emulator.judge(kind, contact, number, phone=request.match_info["phone"])
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    if inbound is None or contact is None:
        raise GraphError(131009, "Parameter 'message_id' is not the id of a received message.")
    emulator.mark_read(call.message_id)
    if call.typing:
        emulator.show_typing(contact.wa_id, on=True)
    return await maybe_spoil(request, verdict.answer, success())
