"""Sign in, ask who is signed in, sign out."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import answer, read_body
from forthwith.api.context import Context, Edge, SignedIn, token_of
from forthwith.api.limits import network_of
from forthwith.domain.agent import Agent
from forthwith.domain.times import SECOND
from forthwith.protocol.shapes import AgentRow, SessionAnswer, SignIn
from forthwith.services.sign_in import ABSOLUTE
from forthwith.store import inboxes

router = APIRouter(prefix="/api/session")


@router.post("")
async def sign_in(request: Request, context: Edge) -> Response:
    """Begin a session; the one the browser had is ended."""
    body = await read_body(request, SignIn)
    address = network_of(request.client.host if request.client else "")
    token, agent = await context.sessions.sign_in(body.email, body.password, address, context.now())
    await context.sessions.sign_out(token_of(request))
    response = await _session(context, agent)
    _set_cookie(response, context, token, ABSOLUTE // SECOND)
    return response


@router.get("")
async def who_is_signed_in(agent: SignedIn, context: Edge) -> Response:
    """The agent of this session and the inboxes they may see."""
    return await _session(context, agent)


@router.delete("")
async def sign_out(request: Request, context: Edge) -> Response:
    """End the session; without one this is done already."""
    await context.sessions.sign_out(token_of(request))
    response = Response(status_code=204)
    _set_cookie(response, context, "", 0)
    return response


async def _session(context: Context, agent: Agent) -> Response:
    rows = await context.db.read(lambda tx: inboxes.of_agent(tx, agent.id))
    return answer(
        SessionAnswer(
            AgentRow(agent.id, agent.email, agent.name),
            rows,
            context.db.epoch,
            context.debug,
            context.emulator_console,
        )
    )


def _set_cookie(response: Response, context: Context, token: str, seconds: int) -> None:
    response.set_cookie(
        context.cookie, token, max_age=seconds, secure=context.secure, httponly=True, samesite="lax"
    )
