"""What happened, as the control plane tells it."""

from __future__ import annotations

from aiohttp import web

from whatsapp_emulator.control.bodies import only_queries, reply
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.identifiers import digits


async def get_ledger(request: web.Request) -> web.StreamResponse:
    """Every accepted send, oldest first: ``[{wamid, phone_number_id, to, type, body, context,
    opaque, status, failed_code, times: {accepted, sent, delivered, read, played, failed}}]``. ``body``
    is the text of a text, else the object of the type. ``?to=`` picks a contact, ``?opaque=``
    the beginning of the echo datum, ``?last=`` the newest so many of those."""
    only_queries(request, "to", "opaque", "last")
    emulator = request.app[EMULATOR]
    to = request.query.get("to")
    if to is not None:
        contact = emulator.contacts.find(to)
        to = contact.wa_id if contact else digits(to)
    found = emulator.ledger.search(to, request.query.get("opaque"))
    last = request.query.get("last", "")
    if last.isdecimal():
        found = found[len(found) - min(len(found), int(last)) :]
    return reply([one.shape() for one in found])


async def get_deliveries(request: web.Request) -> web.StreamResponse:
    """Webhook attempts and answers, oldest first: ``[{kind: webhook|handshake, app, delivery,
    attempt, at, url, http, error, duration_ms, signature: good|bad|none, replayed, updates:
    [{kind, wamid, status, attempt}]}]``, the updates being those of one POST; ``?bodies=1`` adds
    ``body``, the posted text, of the newest 64 MB."""
    only_queries(request, "bodies")
    with_body = request.query.get("bodies") in ("1", "true")
    log = request.app[EMULATOR].webhooks.log
    return reply([attempt.shape(with_body=with_body) for attempt in log.attempts])
