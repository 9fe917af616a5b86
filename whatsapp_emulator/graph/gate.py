"""The gate of the Graph API: every call's token, its count, and refusals as Meta words them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults.rules import Hang
from whatsapp_emulator.graph.answers import answer, refuse, spoil
from whatsapp_emulator.graph.errors import GraphError

EMULATOR = web.AppKey("emulator", Emulator)
ASKED_ABOUT = web.RequestKey("asked_about", str)
LEFT_HANGING = web.RequestKey("left_hanging", bool)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
VERSION = r"/v{version:\d+\.\d+}"


def graph(handler: Handler) -> Handler:
    """Check the bearer token, turn refusals into Meta's error bodies, count the call."""

    async def checked(request: web.Request) -> web.StreamResponse:
        try:
            check_token(request, request.app[EMULATOR].settings.token)
            response = await handler(request)
        except GraphError as error:
            response = refuse(error)
        account = request.get(ASKED_ABOUT)
        if account is not None:
            usage = _usage(account, request.app[EMULATOR].limiter.management_usage(account))
            response.headers.setdefault("x-business-use-case-usage", usage)
        if not response.prepared:
            response.headers["facebook-api-version"] = f"v{request.match_info['version']}"
        return response

    return counted(checked)


def counted(handler: Handler) -> Handler:
    """Count the call as under way until it is answered."""

    async def wrapped(request: web.Request) -> web.StreamResponse:
        under_way = request.app[EMULATOR].under_way
        under_way.begin("calls")
        try:
            return await handler(request)
        finally:
            if not request.get(LEFT_HANGING):
                under_way.end("calls")

    return wrapped


def _usage(account: str, percent: int) -> str:
    usage = {
        "type": "whatsapp_business_management",
        "call_count": percent,
        "total_cputime": 0,
        "total_time": 0,
        "estimated_time_to_regain_access": 0,
    }
    return json.dumps({account: [usage]})


def check_token(request: web.Request, token: str) -> None:
    """In the header, as ``Bearer`` or ``OAuth``, or in the query, as Graph takes it."""
    given = request.headers.get("Authorization", "")
    if not given and "access_token" in request.query:
        given = f"Bearer {request.query['access_token']}"
    elif given.startswith("OAuth "):
        given = f"Bearer {given.removeprefix('OAuth ')}"
    if given.startswith("Bearer EAA"):
        raise GraphError(190, "This is an emulator: never send it a real token of Meta's (EAA...).")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        detail = "Invalid OAuth access token - Cannot parse access token"
        raise GraphError(190, detail if given else "An access token is required.")


def business_number(request: web.Request) -> str:
    """The business number in the path; refused when it is none of ours."""
    phone = request.match_info["phone"]
    if phone not in request.app[EMULATOR].settings.phone_number_ids:
        raise no_such_object(phone)
    return phone


def business_account(request: web.Request) -> str:
    """The business account in the path; refused when it is none of ours, or called too often."""
    emulator = request.app[EMULATOR]
    account = request.match_info["account"]
    if account not in emulator.settings.account_ids:
        raise no_such_object(account)
    request[ASKED_ABOUT] = account
    wait = emulator.limiter.management_exceeded(account)
    if wait:
        raise GraphError(80007, retry_after_seconds=wait)
    return account


async def read_body(request: web.Request) -> dict[str, Any]:
    """The call's JSON object, or its form fields."""
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return dict((await request.post()).items())
    raw = await request.read()
    try:
        body = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        raise GraphError(100, message="(#100) The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise GraphError(100, message="(#100) The body must be a JSON object.")
    return body


def no_such_object(name: str) -> GraphError:
    return GraphError(
        100,
        message=f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation.",
    )


def leave_hanging(request: web.Request) -> None:
    """Stop counting the call as under way: nothing more will come of it."""
    request.app[EMULATOR].under_way.end("calls")
    request[LEFT_HANGING] = True


async def maybe_spoil(request: web.Request, action: Any, good: web.Response) -> web.StreamResponse:
    """The ``good`` answer, or what a rule makes of it."""
    if action is None:
        return good
    if isinstance(action, Hang):
        leave_hanging(request)
    return await spoil(request, action, good, request.app[EMULATOR].held_calls)


def success() -> web.Response:
    """What Meta answers when there is nothing to tell."""
    return answer({"success": True})
