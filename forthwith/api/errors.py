"""Every error becomes `application/problem+json` here, by the one table of codes."""

import logging
import secrets

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from msgspec.json import encode
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forthwith.domain.errors import Refusal
from forthwith.protocol.codes import REQUEST_CODES
from forthwith.protocol.shapes import Problem
from forthwith.store.database import StorageFull, StorageUnavailable

logger = logging.getLogger(__name__)

TITLES: dict[str, str] = {
    "malformed_body": "The body is not well-formed JSON in UTF-8.",
    "invalid_body": "The request has a value that is missing, of the wrong type or out of range.",
    "body_too_large": "The body is larger than this route accepts.",
    "headers_too_large": "The request's headers are too large.",
    "unsupported_media_type": "The body must be sent as application/json.",
    "signed_out": "Sign in first.",
    "wrong_credentials": "Email and password do not match.",
    "too_many_attempts": "Too many failed sign-ins; try again later.",
    "rate_limited": "Too many requests; try again in a moment.",
    "bad_signature": "The webhook's signature is missing or wrong.",
    "foreign_origin": "The Origin header does not name this server's public address.",
    "not_found": "There is nothing here.",
    "method_not_allowed": "This path does not take this method.",
    "text_empty": "The message has no visible text.",
    "text_too_long": "The message is longer than WhatsApp accepts.",
    "media_too_large": "The file is larger than WhatsApp accepts of its kind.",
    "media_unsupported": "WhatsApp does not take files of this type.",
    "media_broken": "The file is empty, damaged, too large to unpack, or not what it is called.",
    "media_not_found": "There is no such file, it is not here, or this agent has not uploaded it.",
    "idempotency_key_mismatch": "The Idempotency-Key header must equal client_id.",
    "idempotency_conflict": "This client_id already belongs to another message.",
    "window_closed": "The 24-hour service window is closed; only a template message can be sent.",
    "cancelled": "The message was cancelled before it was stored.",
    "already_settled": "Somebody has settled this message already.",
    "already_handed_over": "The message has already been handed to WhatsApp.",
    "protocol_too_old": "This page is older than the server; reload it.",
    "storage_full": "The server's disk is full: nothing new can be stored until there is room again.",
    "storage_unavailable": "The server cannot store anything now; try again in a moment.",
    "internal_error": "Something went wrong in the server; its log has the details under this id.",
}
"""One English sentence per code, for logs and scripts; agents read the web catalogue's."""


def problem(
    code: str,
    params: dict[str, str | int | float] | None = None,
    detail: str = "",
    status: int | None = None,
) -> Response:
    """The answer for a code of `REQUEST_CODES`. `detail` says more for scripts and never repeats what was sent.

    `status`: another than the code's own.
    """
    params = params or {}
    status = status or REQUEST_CODES[code]
    body = encode(Problem(code, status, TITLES[code], detail, params))
    headers = {}
    if "retry_after_seconds" in params:
        headers["Retry-After"] = str(params["retry_after_seconds"])
    return Response(body, status, headers, "application/problem+json")


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    params = dict(error.params)
    return problem(error.code, params, str(params.pop("detail", "")), error.status)


async def _http(request: Request, error: Exception) -> Response:
    """The framework's own 404 and 405."""
    assert isinstance(error, HTTPException)
    answer = problem("method_not_allowed" if error.status_code == 405 else "not_found")
    answer.headers.update(error.headers or {})
    return answer


async def _validation(request: Request, error: Exception) -> Response:
    """A path or query parameter of the wrong kind: where and why, without the value."""
    assert isinstance(error, RequestValidationError)
    faults = [
        f"{'.'.join(str(step) for step in each['loc'])}: {each['msg']}" for each in error.errors()
    ]
    return problem("invalid_body", detail="; ".join(faults))


async def _storage(request: Request, error: Exception) -> Response:
    logger.error("The store cannot be used: %s", error)
    return problem("storage_full" if isinstance(error, StorageFull) else "storage_unavailable")


def install(app: FastAPI) -> None:
    """Register the handlers. What none of them knows is caught by `UnexpectedErrors`."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(StorageUnavailable, _storage)


class UnexpectedErrors:
    """Answers 500 with an id and logs the exception under it, once; the answer tells nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            pass  # nobody is left to answer
        except Exception as error:  # the last resort: nothing may reach the server's own handler
            error_id = secrets.token_hex(8)
            logger.error(
                "Unexpected error %s in %s %s",
                error_id,
                scope["method"],
                _route(scope),
                exc_info=error,
            )
            if not begun:  # else the server sees the answer unfinished and closes the connection
                await problem("internal_error", {"id": error_id})(scope, receive, send)


def _route(scope: Scope) -> str:
    """The route's pattern: the path itself may hold ids."""
    return getattr(scope.get("route"), "path", "(no route)")
