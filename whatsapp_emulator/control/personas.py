"""Personas of the control plane: their past, and the word to begin."""

from __future__ import annotations

from aiohttp import web

from whatsapp_emulator.control.bodies import ControlError, only_queries, reply
from whatsapp_emulator.personas.company import Company

COMPANY = web.AppKey("company", Company)


async def get_personas(request: web.Request) -> web.StreamResponse:
    """The cast and its past, messages oldest first: ``[{wa_id, name, bsuid, username,
    phone_hidden, messages: [{id, direction, text, at_seconds_ago, status}]}]``. Ids are wamids;
    the status of inbound messages is ``received``. Empty without ``--personas``."""
    only_queries(request)
    company = request.app.get(COMPANY)
    return reply(company.shape() if company else [])


async def begin_personas(request: web.Request) -> web.StreamResponse:
    """Let the personas begin to write: ``{begun}``, false when they had begun before."""
    company = request.app.get(COMPANY)
    if company is None:
        raise ControlError("There are no personas: start the emulator with --personas.", http=409)
    return reply({"begun": company.begin()})
