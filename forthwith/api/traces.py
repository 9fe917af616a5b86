"""The flight recorder: a message's hops, and what browsers report of them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import answer, read_body
from forthwith.api.context import Edge, SignedIn
from forthwith.domain.agent import Agent
from forthwith.domain.errors import NotFound
from forthwith.protocol.shapes import ReportTraces, Trace
from forthwith.services.report_traces import report_traces
from forthwith.services.settle_message import find_message
from forthwith.store import traces
from forthwith.store.database import Transaction

router = APIRouter(prefix="/api")


@router.get("/messages/{client_id}/trace")
async def get_trace(client_id: str, edge: Edge, agent: SignedIn) -> Response:
    """A message of ours, hop by hop; 404 for a contact's, which has none."""
    return answer(await edge.db.read(lambda tx: _read(tx, agent, client_id)))


async def _read(tx: Transaction, agent: Agent, client_id: str) -> Trace:
    row = await find_message(tx, agent, client_id)
    if row["direction"] != "outbound":
        raise NotFound
    return await traces.read(tx, row)


@router.post("/traces")
async def report(request: Request, edge: Edge, agent: SignedIn) -> Response:
    """204, whatever of it was of use."""
    command = await read_body(request, ReportTraces)
    for took in await report_traces(edge.db, agent, command, edge.now()):
        edge.metrics.optimistic_seconds.observe(took / 1_000)
    return Response(status_code=204)
