"""Strict JSON in, JSON out. One parser for every route, so that no two read the same bytes differently."""

import json
import logging
import re
from typing import Any, NoReturn, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from forthwith.domain.errors import Invalid, Refusal

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024
REFUSED_UNREAD_BYTES = 1024 * 1024
"""Announced bodies above this are refused before a byte is read."""
MAX_DEPTH = 32
LARGEST_INTEGER = 2**53 - 1
"""Beyond it JavaScript would silently read another number."""

S = TypeVar("S", bound=msgspec.Struct)
_brackets = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


class Malformed(Refusal):
    """400: not JSON in UTF-8."""

    code = "malformed_body"


class TooLarge(Refusal):
    """413."""

    code = "body_too_large"


class NotJson(Refusal):
    """415: also what keeps another site's form from posting."""

    code = "unsupported_media_type"


async def read_body(request: Request, shape: type[S]) -> S:
    """The request's body as `shape`. Raises Malformed, Invalid, TooLarge, NotJson.

    Unknown fields are ignored, and their names logged at debug.
    """
    body = await read_bytes(request)
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json" and (
        body or content_type
    ):
        raise NotJson
    value = parse(body)
    try:
        decoded = msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise Invalid(detail=str(error)) from None
    _log_unknown(value, shape)
    return decoded


async def read_bytes(request: Request, limit: int = MAX_BYTES) -> bytes:
    """The raw body, refused as soon as more than `limit` bytes of it have come."""
    announced = request.headers.get("content-length", "0")
    if len(announced) > 12 or int(announced) > max(limit, REFUSED_UNREAD_BYTES):
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            # Nested past all sense is malformed at any length.
            raise Malformed if _is_too_deep(bytes(body[:limit])) else TooLarge
    return bytes(body)


def parse(body: bytes) -> Any:
    """JSON as Python values. Raises Malformed (bytes, syntax, depth) or Invalid (values no field can have)."""
    if not body:
        raise Invalid(detail="The body is empty.")
    if _is_too_deep(body):
        raise Malformed
    try:
        value = json.loads(
            body.decode("utf-8"),  # strict: json.loads(bytes) would guess UTF-16 and let a BOM pass
            object_pairs_hook=_without_duplicates,
            parse_constant=_not_a_number,
            parse_float=_finite,
            parse_int=_exact,
        )
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Malformed from None
    _check_strings(value)
    return value


def answer(value: Any, status: int = 200) -> Response:
    """A Struct, or a list of them, as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _is_too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _brackets.finditer(body):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > MAX_DEPTH:
            return True
    return False


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Invalid(detail="An object has the same key twice.")
    return value


def _not_a_number(name: str) -> NoReturn:
    raise Invalid(detail="NaN and Infinity are not JSON numbers.")


def _finite(digits: str) -> float:
    value = float(digits)
    if abs(value) > LARGEST_INTEGER:
        raise Invalid(detail="A number is out of range.")
    return value


def _exact(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:
        raise Invalid(detail="A number is out of range.")
    return int(digits)


def _check_strings(value: Any) -> None:
    """U+0000 cannot be stored by PostgreSQL, a lone surrogate not even encoded."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if "\x00" in each or any("\ud800" <= character <= "\udfff" for character in each):
                raise Invalid(detail="A text holds U+0000 or half of a surrogate pair.")
        elif isinstance(each, dict):
            waiting.extend(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _log_unknown(value: dict[str, Any], shape: type[msgspec.Struct]) -> None:
    if logger.isEnabledFor(logging.DEBUG):
        unknown = sorted(
            value.keys() - {field.encode_name for field in msgspec.structs.fields(shape)}
        )
        if unknown:
            logger.debug(
                "Unknown fields of %s: %s", shape.__name__, ", ".join(map(ascii, unknown[:10]))
            )
