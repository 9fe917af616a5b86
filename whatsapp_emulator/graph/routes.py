"""Routes of the Graph API: sending, marking read, and the harmless reads."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults.rules import Fail, Hang, Kind, Plan, StatusFirst
from whatsapp_emulator.graph.answers import act_refusal, answer, refuse, spoil
from whatsapp_emulator.graph.calls import ReadCall, SendCall, parse_call
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.nodes import phone_node, select_fields
from whatsapp_emulator.thread import summary

EMULATOR = web.AppKey("emulator", Emulator)
LEFT_HANGING = web.RequestKey("left_hanging", bool)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
VERSION = r"/v{version:\d+\.\d+}"


def add_graph_routes(app: web.Application) -> None:
    """Mount the Graph API for any version ``/v{N}.{n}/``."""
    messages = f"{VERSION}/{{phone}}/messages"
    app.router.add_post(messages, graph(post_message))
    app.router.add_put(messages, graph(post_message))
    app.router.add_get(f"{VERSION}/{{account}}/phone_numbers", graph(get_phone_numbers))
    for method in ("GET", "POST", "DELETE"):
        app.router.add_route(
            method, f"{VERSION}/{{account}}/subscribed_apps", graph(subscribed_apps)
        )
    app.router.add_get(f"{VERSION}/{{node}}", graph(get_node))
    app.router.add_route("*", VERSION + "/{rest:.*}", graph(unknown_path))


def graph(handler: Handler) -> Handler:
    """Check the bearer token, turn refusals into Meta's error bodies, count the call."""

    async def checked(request: web.Request) -> web.StreamResponse:
        emulator = request.app[EMULATOR]
        emulator.under_way.begin("calls")
        try:
            _check_token(request, emulator.settings.token)
            response = await handler(request)
        except GraphError as error:
            response = refuse(error)
        finally:
            if not request.get(LEFT_HANGING):
                emulator.under_way.end("calls")
        if not response.prepared:
            response.headers["facebook-api-version"] = f"v{request.match_info['version']}"
        return response

    return checked


async def post_message(request: web.Request) -> web.StreamResponse:
    """``POST /{phone_number_id}/messages``: a send, or a read receipt with or without typing."""
    emulator = request.app[EMULATOR]
    phone = request.match_info["phone"]
    if phone not in emulator.settings.phone_number_ids:
        raise _no_such_object(phone)
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
    contact = emulator.contacts.find(call.address)
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
    )
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    exceeded = emulator.limiter.exceeded(phone, contact.wa_id if contact else call.address)
    if exceeded:
        raise GraphError(exceeded[0], retry_after_seconds=exceeded[1])
    if contact is None:
        raise GraphError(131026)
    expires_at = contact.window_expires_at(phone) or 0.0
    plan = verdict.plan
    if call.type != "template" and expires_at <= emulator.clock.now():
        if emulator.journeys.behaviour.window_refusal == "sync":
            raise GraphError(131047)
        plan = Plan([Fail(code=131047), *plan.actions])
    entry = emulator.accept(call, contact, phone, plan)
    shown = "wa_id" if call.addressed_by == "to" else "user_id"
    address = contact.wa_id if shown == "wa_id" else contact.bsuid
    good = answer(
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": call.address, shown: address}],
            "messages": [{"id": entry.wamid}],
        }
    )
    action = verdict.answer
    if action is None:
        return good
    if isinstance(action, StatusFirst):
        await emulator.first_answer(entry.wamid)
    if isinstance(action, Hang):
        leave_hanging(request)
    return await spoil(request, action, good, emulator.held_calls)


async def _read(request: web.Request, emulator: Emulator, call: ReadCall) -> web.StreamResponse:
    inbound = emulator.inbound.get(call.message_id)
    contact = emulator.contacts.get(inbound.wa_id) if inbound else None
    kind: Kind = "typing" if call.typing else "mark_read"
    verdict = emulator.judge(kind, contact, contact.writes if contact else 0)
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    if inbound is None or contact is None:
        raise GraphError(131009, "Parameter 'message_id' is not the id of a received message.")
    emulator.mark_read(call.message_id)
    if call.typing:
        emulator.show_typing(contact.wa_id, on=True)
    return await _maybe_spoil(request, emulator, verdict.answer, {"success": True})


async def get_node(request: web.Request) -> web.StreamResponse:
    """``GET /{phone_number_id}``: the phone node, the harmless read."""
    emulator = request.app[EMULATOR]
    verdict = emulator.judge("node", None, 0)
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    node = request.match_info["node"]
    if node not in emulator.settings.phone_number_ids:
        raise _no_such_object(node)
    body = select_fields(phone_node(emulator, node), request.query.get("fields"))
    return await _maybe_spoil(request, emulator, verdict.answer, body)


async def get_phone_numbers(request: web.Request) -> web.StreamResponse:
    """``GET /{business_account_id}/phone_numbers``."""
    emulator = request.app[EMULATOR]
    _check_account(request, emulator)
    fields = request.query.get("fields")
    nodes = [phone_node(emulator, number) for number in emulator.settings.phone_number_ids]
    return answer(
        {
            "data": [select_fields(node, fields) for node in nodes],
            "paging": {"cursors": {"before": "MA", "after": "MA"}},
        }
    )


async def subscribed_apps(request: web.Request) -> web.StreamResponse:
    """``GET | POST | DELETE /{business_account_id}/subscribed_apps``: one app, always there."""
    emulator = request.app[EMULATOR]
    _check_account(request, emulator)
    if request.method != "GET":
        return answer({"success": True})
    app = {"id": "100000000000001", "name": "App under test", "link": "https://example.invalid/"}
    return answer({"data": [{"whatsapp_business_api_data": app}]})


async def unknown_path(request: web.Request) -> web.StreamResponse:
    raise GraphError(
        100, message=f"(#100) Unknown path components: /{request.match_info['rest']}", http=400
    )


def leave_hanging(request: web.Request) -> None:
    """Stop counting the call as under way: nothing more will come of it."""
    request.app[EMULATOR].under_way.end("calls")
    request[LEFT_HANGING] = True


async def _maybe_spoil(
    request: web.Request, emulator: Emulator, action: Any, body: dict[str, Any]
) -> web.StreamResponse:
    if action is None:
        return answer(body)
    if isinstance(action, Hang):
        leave_hanging(request)
    return await spoil(request, action, answer(body), emulator.held_calls)


def _check_account(request: web.Request, emulator: Emulator) -> None:
    if request.match_info["account"] != emulator.settings.business_account_id:
        raise _no_such_object(request.match_info["account"])


def _check_token(request: web.Request, token: str) -> None:
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        detail = "Invalid OAuth access token - Cannot parse access token"
        raise GraphError(190, detail if given else "An access token is required.")


def _no_such_object(name: str) -> GraphError:
    return GraphError(
        100,
        message=f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation.",
    )
