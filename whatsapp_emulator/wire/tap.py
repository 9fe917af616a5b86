"""What the wire log is told: each call with its answer, each attempt of a webhook."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from aiohttp import web

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults.book import Verdict
from whatsapp_emulator.faults.in_force import publish_faults
from whatsapp_emulator.media.store import DOWNLOAD_PATH
from whatsapp_emulator.webhooks.apps import FIRST
from whatsapp_emulator.webhooks.log import Attempt, Named
from whatsapp_emulator.wire.log import Exchange, WireLog

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


SAID_KEPT = 5_000
WORDED = ("application/json", "application/x-www-form-urlencoded", "text/plain")


class Tap:
    """Keeps the wire log of one emulator, and tells the live feed of each change."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        # Of each update that was answered 200, so that a repetition is called one.
        self._said: dict[tuple[Any, ...], None] = {}
        secrets = (emulator.settings.token, emulator.settings.app_secret)
        self.log = WireLog(secrets, self._changed)
        emulator.on_verdict.append(self._strikes)
        emulator.webhooks.log.on_attempt.append(self._attempt)

    async def call(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a call be answered; it is on the wire as soon as it is read."""
        emulator, began = self._emulator, perf_counter()
        body = await _body_of(request)
        what, words, wa_ids = _describe(emulator, request, body)
        exchange = self.log.add(
            *("call", emulator.clock.now(), what),
            words=words,
            wa_ids=wa_ids,
            method=request.method,
            path=request.path_qs,
            request=body,
            ended=False,
        )
        http: int | None = None
        answer, error = "", "no answer"
        try:
            response = await handler(request)
            http, answer, error = _outcome(request, response)
            return response
        except web.HTTPException as refusal:
            http, answer, error = refusal.status, refusal.text or "", ""
            raise
        finally:
            ms = (perf_counter() - began) * 1000
            self.log.end(exchange, ms, http, answer, error or None)

    def _changed(self, exchange: Exchange) -> None:
        live = self._emulator.live
        if live.is_heard:
            live.publish({"type": "wire", "exchange": exchange.shape(with_bodies=False)})

    def _strikes(self, verdict: Verdict, contact: Contact | None) -> None:
        """Which rules struck, each in a line of its own."""
        emulator = self._emulator
        acts = [verdict.refusal, verdict.answer, *verdict.plan.actions]
        struck = [rule for rule in emulator.faults.rules if any(rule.do is one for one in acts)]
        for rule in struck:
            name = rule.name or type(rule.do).__name__
            of = "" if rule.times is None else f" of {rule.times}"
            whom = f", {contact.name}" if contact else ""
            self.log.add(
                *("fault", emulator.clock.now(), "fault"),
                words=f"“{name}”, hit {rule.hits}{of}{whom}",
                wa_ids=[contact.wa_id] if contact else [],
            )
        if struck:
            publish_faults(emulator)

    def _attempt(self, attempt: Attempt) -> None:
        """One POST to the webhook, or the handshake."""
        emulator = self._emulator
        items = [(attempt.app, *update[:3]) for update in attempt.updates]
        owners = [_owner(emulator, update) for update in attempt.updates]
        remarks = [f"attempt {attempt.attempt}"] if attempt.attempt > 1 else []
        if items and all(item in self._said for item in items):
            remarks.append("again")
        if attempt.signature != "good" and attempt.kind == "webhook":
            remarks.append("signed wrongly" if attempt.signature == "bad" else "not signed")
        if attempt.app != FIRST:
            remarks.append(f"to {attempt.app}")
        if attempt.http == 200:
            self._remember(items)
        is_handshake = attempt.kind == "handshake"
        self.log.add(
            *(attempt.kind, attempt.at, _what(attempt)),
            words=", ".join([_whom(emulator, attempt.updates, owners), *remarks]),
            wa_ids=list(dict.fromkeys(owner for owner in owners if owner)),
            method="GET" if is_handshake else "POST",
            path=attempt.url,
            http=attempt.http,
            error=attempt.error,
            attempt=attempt.attempt,
            ms=attempt.duration_ms,
            request=attempt.body,
        )

    def _remember(self, items: list[tuple[Any, ...]]) -> None:
        self._said.update(dict.fromkeys(items))
        while len(self._said) > SAID_KEPT:
            del self._said[next(iter(self._said))]


TAP = web.AppKey("tap", Tap)


@web.middleware
async def tap_calls(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note every call to the Graph API."""
    if not request.path.startswith(("/v", DOWNLOAD_PATH)):
        return await handler(request)
    return await request.app[TAP].call(request, handler)


async def _body_of(request: web.Request) -> str:
    # Files are streamed: read here, they would be gone for who is to take them.
    if request.content_type not in WORDED and not request.path.endswith("/messages"):
        return f"({request.content_type}, {request.content_length or 0} bytes)"
    return (await request.read()).decode(errors="replace")


def _outcome(request: web.Request, response: web.StreamResponse) -> tuple[int | None, str, str]:
    """HTTP status, body and what is wrong with the answer."""
    is_cut = request.transport is None or request.transport.is_closing()
    if not isinstance(response, web.Response):
        return response.status, "", "cut off in the middle" if is_cut else ""
    if is_cut:
        return None, "", "no answer"
    body = response.body if isinstance(response.body, bytes) else b""
    if response.content_type.startswith(("application/json", "text/")):
        return response.status, body.decode(errors="replace"), ""
    return response.status, f"({response.content_type}, {len(body)} bytes)" if body else "", ""


def _describe(emulator: Emulator, request: web.Request, raw: str) -> tuple[str, str, list[str]]:
    """``what``, ``words`` and ``wa_ids`` of a call, as far as its body can be understood."""
    segments = request.path.strip("/").split("/")[1:]
    what = f"{request.method} {segments[-1] if len(segments) > 1 else 'node'}"
    try:
        body: Any = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return what, " ".join(segments[:1]), []
    inbound = emulator.inbound.get(str(body.get("message_id")))
    address = inbound.wa_id if inbound else str(body.get("to") or body.get("recipient") or "")
    contact = emulator.contacts.find(address) if address else None
    name = contact.name if contact else address
    if "status" in body:
        deed = "typing to" if "typing_indicator" in body else "read receipt to"
        words = f"{deed} {name}"
    else:
        words = f"{body.get('type', 'text')} to {name}" if address else ""
    return what, words, [contact.wa_id] if contact else []


def _what(attempt: Attempt) -> str:
    if attempt.kind == "handshake":
        return "handshake"
    names = {status or "message" for _, _, status, _ in attempt.updates}
    return f"webhook {names.pop()}" if len(names) == 1 else f"webhook, {len(attempt.updates)} items"


def _owner(emulator: Emulator, update: Named) -> str | None:
    _, wamid, _, _ = update
    inbound, entry = emulator.inbound.get(wamid), emulator.ledger.get(wamid)
    if inbound is not None:
        return inbound.wa_id
    return entry.to if entry is not None else None


def _whom(emulator: Emulator, updates: list[Named], owners: list[str | None]) -> str:
    """Whose message it tells of; of a single one its type, or the end of its echo datum."""
    names = [found.name for one in owners if one and (found := emulator.contacts.get(one))]
    who = " and ".join(dict.fromkeys(names))
    if len(updates) != 1:
        return who
    wamid = updates[0][1]
    inbound, entry = emulator.inbound.get(wamid), emulator.ledger.get(wamid)
    if inbound is not None:
        return f"{inbound.message['type']} from {who}"
    return f"{who}, …{entry.opaque[-6:]}" if entry is not None and entry.opaque else who
