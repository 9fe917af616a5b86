"""One message, by its `client_id` (or its id): look it up, retry, dismiss, cancel."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import answer, read_body
from forthwith.api.context import Edge, SignedIn
from forthwith.protocol.shapes import RetryMessage
from forthwith.services.settle_message import (
    cancel_message,
    dismiss_message,
    find_message,
    retry_message,
)
from forthwith.store.messages import to_message

router = APIRouter(prefix="/api/messages")


@router.get("/by-client-id/{client_id}")
async def get_message(client_id: str, edge: Edge, agent: SignedIn) -> Response:
    """The row; 404; 410 `cancelled` for one taken back before it was ever stored."""
    row = await edge.db.read(lambda tx: find_message(tx, agent, client_id))
    return answer(to_message(row))


@router.post("/{client_id}/retry")
async def retry(request: Request, client_id: str, edge: Edge, agent: SignedIn) -> Response:
    """A failed message as a new one, an unconfirmed one as its next attempt; 409 for the second caller."""
    command = await read_body(request, RetryMessage)
    return answer(await retry_message(edge.db, agent, client_id, command.client_id, edge.now()))


@router.post("/{client_id}/dismiss")
async def dismiss(client_id: str, edge: Edge, agent: SignedIn) -> Response:
    """Settled by a person: 200 for exactly one caller."""
    return answer(await dismiss_message(edge.db, agent, client_id, edge.now()))


@router.post("/{client_id}/cancel")
async def cancel(client_id: str, edge: Edge, agent: SignedIn) -> Response:
    """The row as cancelled; 204 when it was never stored, and a late POST of the id will get 410."""
    row = await cancel_message(edge.db, agent, client_id, edge.now())
    return answer(row) if row is not None else Response(status_code=204)
