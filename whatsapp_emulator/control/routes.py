"""Routes of the control plane (``/_control/...``)."""

from __future__ import annotations

from functools import wraps

from aiohttp import web

from whatsapp_emulator.control import (
    console,
    deeds,
    identity,
    levers,
    media,
    numbers,
    people,
    personas,
    records,
    running,
    templates,
)
from whatsapp_emulator.control.bodies import ControlError, reply
from whatsapp_emulator.control.live import stream_live
from whatsapp_emulator.graph.routes import Handler


def add_control_routes(app: web.Application) -> None:
    for method, path, handler in (
        ("GET", "contacts", people.get_contacts),
        ("PUT", "contacts/{wa_id}", people.put_contact),
        ("POST", "contacts/{wa_id}/read", people.post_read),
        ("GET", "contacts/{wa_id}/thread", people.get_thread),
        ("POST", "contacts/{wa_id}/tap", deeds.post_tap),
        ("POST", "contacts/{wa_id}/play", deeds.post_play),
        ("POST", "contacts/{wa_id}/call", deeds.post_call),
        ("POST", "contacts/{wa_id}/marketing", deeds.post_marketing),
        ("POST", "contacts/{wa_id}/number", identity.post_number),
        ("POST", "contacts/{wa_id}/user-id", identity.post_user_id),
        ("POST", "contacts/{wa_id}/identity", identity.post_identity),
        ("POST", "inbound", people.post_inbound),
        ("POST", "media", media.post_media),
        ("GET", "media/{id}", media.get_media),
        ("GET", "numbers", numbers.get_numbers),
        ("PUT", "numbers/{id}", numbers.put_number),
        ("GET", "templates", templates.get_templates),
        ("PUT", "templates/{id}", templates.put_template),
        ("GET", "ledger", records.get_ledger),
        ("GET", "faults", levers.get_faults),
        ("PUT", "faults", levers.put_faults),
        ("DELETE", "faults", levers.delete_faults),
        ("GET", "limits", levers.get_limits),
        ("PUT", "limits", levers.put_limits),
        ("GET", "pace", levers.get_pace),
        ("PUT", "pace", levers.put_pace),
        ("GET", "behaviour", levers.get_behaviour),
        ("PUT", "behaviour", levers.put_behaviour),
        ("GET", "webhook", running.get_webhook),
        ("PUT", "webhook", running.put_webhook),
        ("GET", "apps", running.get_apps),
        ("PUT", "apps", running.put_apps),
        ("GET", "deliveries", records.get_deliveries),
        ("GET", "clock", running.get_clock),
        ("POST", "clock/advance", running.advance_clock),
        ("POST", "quiet", running.wait_quiet),
        ("POST", "reset", running.reset),
        ("GET", "personas", personas.get_personas),
        ("POST", "personas/begin", personas.begin_personas),
        ("GET", "live", stream_live),
        ("GET", "console", console.get_console),
        ("GET", "weather", console.get_weather),
        ("PUT", "weather", console.put_weather),
        ("GET", "wire", console.get_wire),
        ("DELETE", "wire", console.delete_wire),
        ("GET", "wire/{number}", console.get_exchange),
    ):
        app.router.add_route(method, f"/_control/{path}", control(handler))
    app.router.add_route("*", "/_control/{rest:.*}", control(unknown))


def control(handler: Handler) -> Handler:
    """Turn ``ControlError`` into its sentence."""

    @wraps(handler)
    async def checked(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ControlError as error:
            return reply({"error": str(error)}, http=error.http)

    return checked


async def unknown(request: web.Request) -> web.StreamResponse:
    raise ControlError(f"The control plane has no {request.method} {request.path}.", http=404)
