"""The API's description for scripts, from the same structs that decode and encode. Only for signed-in agents."""

from typing import Any

import msgspec
from fastapi import APIRouter
from msgspec.json import schema_components
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import answer
from forthwith.api.context import SignedIn
from forthwith.protocol import shapes

router = APIRouter()
REFERENCE = "#/components/schemas/{name}"

BODIES: dict[tuple[str, str], type[msgspec.Struct]] = {
    ("POST", "/api/session"): shapes.SignIn,
    ("POST", "/api/conversations/{conversation_id}/messages"): shapes.SendMessage,
    ("POST", "/api/conversations/{conversation_id}/read"): shapes.MarkRead,
    ("POST", "/api/messages/{client_id}/retry"): shapes.RetryMessage,
    ("POST", "/api/traces"): shapes.ReportTraces,
}
ANSWERS: dict[tuple[str, str], type[msgspec.Struct]] = {
    ("POST", "/api/session"): shapes.SessionAnswer,
    ("GET", "/api/session"): shapes.SessionAnswer,
    ("GET", "/api/conversations"): shapes.ConversationPage,
    ("GET", "/api/conversations/{conversation_id}"): shapes.ConversationRow,
    ("GET", "/api/conversations/{conversation_id}/messages"): shapes.MessagePage,
    ("POST", "/api/conversations/{conversation_id}/messages"): shapes.MessageRow,
    ("GET", "/api/messages/by-client-id/{client_id}"): shapes.MessageRow,
    ("POST", "/api/messages/{client_id}/retry"): shapes.MessageRow,
    ("POST", "/api/messages/{client_id}/dismiss"): shapes.MessageRow,
    ("POST", "/api/messages/{client_id}/cancel"): shapes.MessageRow,
    ("GET", "/api/messages/{client_id}/trace"): shapes.Trace,
    ("POST", "/api/media"): shapes.UploadAnswer,
}


@router.get("/api/openapi.json")
async def openapi(request: Request, agent: SignedIn) -> Response:
    """OpenAPI 3.1. Paths and parameters are the framework's, bodies and answers ours."""
    described = request.app.openapi()
    if "Problem" not in described.get("components", {}).get("schemas", {}):
        _put_shapes(described)
    return answer(described)


def _put_shapes(described: dict[str, Any]) -> None:
    """In place of what the framework says of bodies and answers: it has not seen them."""
    used = {*BODIES.values(), *ANSWERS.values(), shapes.Problem}
    _, components = schema_components(used, ref_template=REFERENCE)
    described["components"] = {"schemas": dict(sorted(components.items()))}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            key = (method.upper(), path)
            operation["responses"] = {
                "default": _content("application/problem+json", shapes.Problem)
            }
            if key in BODIES:
                operation["requestBody"] = {"required": True} | _content(
                    "application/json", BODIES[key]
                )
            if key in ANSWERS:
                operation["responses"]["2XX"] = _content("application/json", ANSWERS[key])


def _content(media_type: str, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """A body of this shape, as OpenAPI writes it."""
    schema = {"$ref": REFERENCE.format(name=shape.__name__)}
    return {
        "description": (shape.__doc__ or "").strip(),
        "content": {media_type: {"schema": schema}},
    }
