"""`POST /api/conversations/{id}/messages`: 201 the first time, 200 and the same row for the same body again."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import answer, read_body
from forthwith.api.context import Edge, SignedIn
from forthwith.domain.errors import Invalid
from forthwith.protocol.shapes import SendMessage
from forthwith.services.accept_message import accept_message

router = APIRouter()


@router.post("/api/conversations/{conversation_id}/messages")
async def send_message(
    request: Request, conversation_id: str, edge: Edge, agent: SignedIn
) -> Response:
    """Store the message durably, then answer with its row."""
    command = await read_body(request, SendMessage)
    if request.headers.get("idempotency-key") != command.client_id:
        raise Invalid("idempotency_key_mismatch")
    row, stored_now = await accept_message(edge.db, agent, conversation_id, command, edge.now())
    return answer(row, 201 if stored_now else 200)
