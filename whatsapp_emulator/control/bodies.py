"""Bodies and errors of the control plane: one sentence for each thing that is wrong."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec
from aiohttp import web

Shape = TypeVar("Shape")


class ControlError(Exception):
    """A request that makes no sense; its text is one sentence."""

    def __init__(self, sentence: str, http: int = 400) -> None:
        super().__init__(sentence)
        self.http = http


def reply(body: Any, *, http: int = 200) -> web.Response:
    return web.json_response(body, status=http, headers={"Cache-Control": "no-store"})


async def read_json(request: web.Request) -> Any:
    """The decoded body; an absent one is ``{}``."""
    raw = await request.read()
    if not raw:
        return {}
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise ControlError("The body is not valid JSON.") from None


async def read_shape(request: web.Request, shape: type[Shape]) -> Shape:
    """The body as ``shape``; what does not fit is answered 400."""
    return convert(await read_json(request), shape)


def convert(body: Any, shape: type[Shape]) -> Shape:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        raise ControlError(f"{error}.") from None


def only_queries(request: web.Request, *names: str) -> None:
    """Refuse query parameters that mean nothing here: a typing error must not match everything."""
    unknown = [name for name in request.query if name not in names]
    if unknown:
        wanted = f" Known are: {', '.join(names)}." if names else ""
        raise ControlError(f"Unknown query parameter {unknown[0]!r}.{wanted}")
