"""Management: numbers, subscriptions, profile, registration, blocking.

Believed or reported, not in Meta's texts: the code a test phone receives is 123456; a failed handshake of an override
is 100 with subcode 2200; block_users answers 139100 when some could not be blocked.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.graph.answers import answer
from whatsapp_emulator.graph.checks import mapping, missing, objects
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.gate import (
    EMULATOR,
    business_account,
    business_number,
    read_body,
    success,
)
from whatsapp_emulator.graph.nodes import phone_node, select_fields
from whatsapp_emulator.graph.profile import changed_profile
from whatsapp_emulator.numbers import BusinessNumber
from whatsapp_emulator.settings import SettingsError, require_loopback
from whatsapp_emulator.webhooks.handshake import ask_challenge
from whatsapp_emulator.webhooks.subscriptions import Subscription

TEST_CODE = "123456"
BLOCK_SECONDS = 24 * 3600.0
BLOCKED_LIMIT = 64_000


def _number(request: web.Request) -> BusinessNumber:
    return request.app[EMULATOR].numbers[business_number(request)]


async def get_phone_numbers(request: web.Request) -> web.StreamResponse:
    """``GET /{account}/phone_numbers``."""
    emulator = request.app[EMULATOR]
    fields = request.query.get("fields")
    numbers = emulator.settings.numbers_of(business_account(request))
    nodes = [select_fields(phone_node(emulator, one), fields) for one in numbers]
    return answer({"data": nodes, "paging": {"cursors": {"before": "MA", "after": "MA"}}})


# --- subscriptions -------------------------------------------------------------------------


async def get_subscribed_apps(request: web.Request) -> web.StreamResponse:
    """``GET /{account}/subscribed_apps``: the app under test, unless it has unsubscribed."""
    subscription = request.app[EMULATOR].webhooks.subscriptions.of(business_account(request))
    if not subscription.is_on:
        return answer({"data": []})
    app = {"id": "100000000000001", "name": "App under test", "link": "https://example.invalid/"}
    item: dict[str, Any] = {"whatsapp_business_api_data": app}
    if subscription.override:
        item["override_callback_uri"] = subscription.override
    return answer({"data": [item]})


async def post_subscribed_apps(request: web.Request) -> web.StreamResponse:
    """``POST``: subscribe; ``override_callback_uri`` with ``verify_token`` sends this account's
    webhooks there once it has answered the challenge, a call without it takes the override away."""
    emulator = request.app[EMULATOR]
    account = business_account(request)
    body = await read_body(request)
    override = await _verified_override(request, body)
    emulator.webhooks.override(account, Subscription(override=override))
    emulator.changed.set()
    return success()


async def _verified_override(request: web.Request, body: dict[str, Any]) -> str | None:
    """The ``override_callback_uri`` once it has answered the challenge; None when none is given."""
    override = body.get("override_callback_uri")
    if not override:
        return None
    token = body.get("verify_token")
    if not isinstance(token, str) or not token:
        raise missing("verify_token")
    try:
        require_loopback(str(override))
    except SettingsError as error:
        raise GraphError(100, str(error), message=f"(#100) {error}") from None
    emulator = request.app[EMULATOR]
    fault = await ask_challenge(emulator.webhooks, emulator.clock, str(override), token)
    if fault:
        words = f"(#2200) Callback verification failed with the following errors: {fault}"
        raise GraphError(100, words, message=words, subcode=2200)
    return str(override)


async def delete_subscribed_apps(request: web.Request) -> web.StreamResponse:
    """``DELETE``: no webhooks of this account any more."""
    emulator = request.app[EMULATOR]
    emulator.webhooks.override(business_account(request), Subscription(is_on=False))
    emulator.changed.set()
    return success()


# --- profile and settings ------------------------------------------------------------------


async def get_profile(request: web.Request) -> web.StreamResponse:
    """``GET /{phone}/whatsapp_business_profile?fields=``."""
    profile = {**_number(request).profile, "messaging_product": "whatsapp"}
    fields = request.query.get("fields")
    if fields:
        wanted = {one.strip() for one in fields.split(",")} | {"messaging_product"}
        profile = {name: value for name, value in profile.items() if name in wanted}
    return answer({"data": [profile]})


async def post_profile(request: web.Request) -> web.StreamResponse:
    """``POST``: the named fields change."""
    number = _number(request)
    number.profile = changed_profile(number.profile, await read_body(request))
    request.app[EMULATOR].changed.set()
    return success()


async def post_phone(request: web.Request) -> web.StreamResponse:
    """``POST /{phone}``: the PIN of two-step verification, and ``webhook_configuration``
    (``{override_callback_uri, verify_token}``) for this number alone, an empty URI takes it away."""
    emulator = request.app[EMULATOR]
    number = emulator.numbers[request.match_info["node"]]
    body = await read_body(request)
    if "pin" in body:
        number.pin = _pin(body)
    wanted = body.get("webhook_configuration")
    if wanted is not None:
        override = await _verified_override(request, mapping(wanted, "webhook_configuration"))
        emulator.webhooks.override(number.id, Subscription(override=override))
    emulator.changed.set()
    return success()


# --- registration --------------------------------------------------------------------------


async def register(request: web.Request) -> web.StreamResponse:
    """``POST /{phone}/register``: ``messaging_product`` and the PIN of six digits."""
    number = _number(request)
    body = await read_body(request)
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    pin = _pin(body)
    _attempt(request, number)
    if not number.is_verified:
        raise GraphError(133006)
    if number.pin not in (None, pin):
        raise GraphError(133005)
    number.pin, number.is_registered = pin, True
    return success()


async def deregister(request: web.Request) -> web.StreamResponse:
    """``POST /{phone}/deregister``: sends are refused (133010) until it is registered again."""
    number = _number(request)
    _attempt(request, number)
    if not number.is_registered:
        raise GraphError(133010)
    number.is_registered = False
    return success()


async def request_code(request: web.Request) -> web.StreamResponse:
    """``POST /{phone}/request_code``: ``code_method`` SMS or VOICE, and ``language``."""
    body = await read_body(request)
    if body.get("code_method") not in ("SMS", "VOICE"):
        raise GraphError(100, message="(#100) Param code_method must be one of {SMS, VOICE}.")
    if not body.get("language"):
        raise missing("language")
    number = _number(request)
    number.code, number.is_verified = TEST_CODE, False
    return success()


async def verify_code(request: web.Request) -> web.StreamResponse:
    """``POST /{phone}/verify_code``: the code that was sent."""
    body = await read_body(request)
    number = _number(request)
    if number.code is None or str(body.get("code", "")).replace("-", "") != number.code:
        raise GraphError(136024, "The code does not match the one that was sent.")
    number.code, number.is_verified = None, True
    return success()


def _attempt(request: web.Request, number: BusinessNumber) -> None:
    if not number.attempt_registration(request.app[EMULATOR].clock.now()):
        raise GraphError(133016)


def _pin(body: dict[str, Any]) -> str:
    pin = str(body.get("pin", ""))
    if not (len(pin) == 6 and pin.isascii() and pin.isdigit()):
        raise GraphError(100, message="(#100) Param pin must be six digits.")
    return pin


# --- blocking ------------------------------------------------------------------------------


async def get_blocked(request: web.Request) -> web.StreamResponse:
    """``GET /{phone}/block_users``."""
    phone = business_number(request)
    blocked = [
        {"messaging_product": "whatsapp", "wa_id": one.wa_id, "user_id": one.bsuid}
        for one in request.app[EMULATOR].contacts
        if phone in one.blocked_by
    ]
    return answer({"data": blocked, "paging": {"cursors": {"before": "MA", "after": "MA"}}})


async def block_users(request: web.Request) -> web.StreamResponse:
    """``POST | DELETE /{phone}/block_users``: who wrote in the last 24 hours can be blocked; with
    some that cannot, the others are blocked and the answer is 139100."""
    emulator = request.app[EMULATOR]
    phone = business_number(request)
    body = await read_body(request)
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    is_blocking = request.method == "POST"
    done, failed = [], []
    for item in objects(body.get("block_users"), "block_users", 1, 1000):
        given = str(item.get("user") or item.get("user_id") or "")
        contact = emulator.contacts.find(given)
        fault = _cannot_block(contact, phone, emulator.clock.now()) if is_blocking else None
        if contact is None or fault:
            failed.append({"input": given, "errors": [fault or _unknown_user()]})
            continue
        (contact.blocked_by.add if is_blocking else contact.blocked_by.discard)(phone)
        done.append({"input": given, "wa_id": contact.wa_id, "user_id": contact.bsuid})
    emulator.changed.set()
    key = "added_users" if is_blocking else "removed_users"
    result: dict[str, Any] = {"messaging_product": "whatsapp", "block_users": {key: done}}
    if not failed:
        return answer(result)
    result["block_users"]["failed_users"] = failed
    error = GraphError(139100, "Failed to block some users" if is_blocking else "Failed to unblock")
    return answer({**result, **error.body(trace="A")}, http=400)


def _cannot_block(contact: Contact | None, phone: str, now: float) -> dict[str, Any] | None:
    if contact is None:
        return _unknown_user()
    if contact.wrote_at.get(phone, 0.0) < now - BLOCK_SECONDS:
        details = "Re-engagement required: the user has not written in the last 24 hours."
        return {"message": "Failed to block", "code": 131047, "error_data": {"details": details}}
    return None


def _unknown_user() -> dict[str, Any]:
    return {"message": "User not found", "code": 131021, "error_data": {"details": "Unknown user."}}
