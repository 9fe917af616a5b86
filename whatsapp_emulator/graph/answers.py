"""Answers of the Graph API, whole and spoilt."""

from __future__ import annotations

import json
import math
import random
import secrets
import socket
import struct
from typing import Any

import msgspec
from aiohttp import web

from whatsapp_emulator.door import DOOR
from whatsapp_emulator.faults.refusals import (
    Close,
    Error,
    Refusal,
    RefuseConnections,
    TlsAlert,
    Unavailable,
)
from whatsapp_emulator.faults.spoilt_answers import (
    BadGateway,
    Garbage,
    Hang,
    Reset,
    Slow,
    SpoiltAnswer,
    Truncate,
)
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.held_calls import HeldCalls

# A record of type alert (21), TLS 1.2, two bytes: fatal, handshake_failure.
_TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def answer(body: dict[str, Any], *, http: int = 200) -> web.Response:
    """A JSON answer with the headers Meta's carry."""
    return web.Response(
        status=http,
        body=msgspec.json.encode(body),
        headers={
            "Content-Type": "application/json; charset=UTF-8",
            "x-fb-request-id": f"{random.getrandbits(64):016x}",
            "x-fb-trace-id": f"{random.getrandbits(64):016x}",
            "x-fb-rev": "1000000000",
            "Cache-Control": "no-store",
        },
    )


def refuse(error: GraphError) -> web.Response:
    """An error body; a hint when to come back goes into both headers clients look at."""
    response = answer(error.body(trace="A" + secrets.token_urlsafe(16)), http=error.http)
    seconds = error.retry_after_seconds
    if seconds is not None:
        response.headers["Retry-After"] = str(math.ceil(seconds))
        usage = {"type": "messaging", "estimated_time_to_regain_access": math.ceil(seconds / 60)}
        response.headers["x-business-use-case-usage"] = json.dumps({"0": [usage]})
    if error.code in (0, 190):
        response.headers["WWW-Authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
    return response


def act_refusal(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    """Do what a rule says to a call of which nothing is accepted."""
    match refusal:
        case Error(code=code, http=http, details=details, retry_after_seconds=seconds):
            return refuse(GraphError(code, details, http=http, retry_after_seconds=seconds))
        case Unavailable(http=http):
            return web.Response(status=http)
        case Close():
            cut_off(request)
            return web.Response()
        case RefuseConnections(seconds=seconds):
            request.app[DOOR].shut(seconds)
            return web.Response()
        case TlsAlert():
            if request.transport is not None:
                request.transport.write(_TLS_ALERT)
                request.transport.close()
            return web.Response()


async def spoil(
    request: web.Request, action: SpoiltAnswer, good: web.Response, held: HeldCalls
) -> web.StreamResponse:
    """Do what a rule says to the ``good`` answer of a call that was accepted."""
    match action:
        case Hang(seconds=seconds):
            if not await held.hold(request, seconds):
                cut_off(request)
        case Reset():
            cut_off(request)
        case BadGateway(http=http):
            return web.Response(status=http, text=_BAD_GATEWAY, content_type="text/html")
        case Truncate():
            return await _send_half(request, good)
        case Garbage(body=body):
            return web.Response(text=body, content_type="text/html")
        case Slow(seconds=seconds):
            await held.hold(request, seconds)
    return good


def cut_off(request: web.Request) -> None:
    """Reset the connection: the peer reads ECONNRESET, not an orderly end."""
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _send_half(request: web.Request, good: web.Response) -> web.StreamResponse:
    body = good.body if isinstance(good.body, bytes) else b""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
