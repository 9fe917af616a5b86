"""What routes are given. `app.py` builds it once and keeps it in `app.state.context`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from forthwith.api.limits import ApiLimit
from forthwith.domain.agent import Agent
from forthwith.domain.errors import Refusal
from forthwith.metrics import Metrics
from forthwith.services.receive_upload import UploadReceiver
from forthwith.services.sign_in import Sessions
from forthwith.store.database import Database
from forthwith.store.media_files import MediaFiles

# `__Host-` makes browsers insist on Secure, Path=/ and no Domain; without https they would drop such a cookie.
SECURE_COOKIE = "__Host-forthwith"
PLAIN_COOKIE = "forthwith"


class SignedOut(Refusal):
    """401: no session, or one that has ended."""

    code = "signed_out"


@dataclass(frozen=True, slots=True)
class Context:
    """`now`: milliseconds since the epoch. `secure`: browsers reach us by https. `debug`: console tags are on.
    `emulator_console`: its address in the demo, else empty.

    `open_sockets`: how many there are. `free_disk`: free part of the data folder's disk, from 0 to 1. `stopped_loops`: names of background loops that should run and do not.
    `tell_read(conversation_id, phone_number_id, wamid)`: show the contact blue ticks, soon.
    """

    db: Database
    now: Callable[[], int]
    sessions: Sessions
    limit: ApiLimit
    metrics: Metrics
    secure: bool
    debug: bool
    emulator_console: str
    metrics_token: str
    stopped_loops: Callable[[], list[str]]
    open_sockets: Callable[[], int]
    free_disk: Callable[[], float]
    tell_read: Callable[[str, str, str], None]
    uploads: UploadReceiver
    files: MediaFiles

    @property
    def cookie(self) -> str:
        """Name of the session cookie."""
        return SECURE_COOKIE if self.secure else PLAIN_COOKIE


def context_of(connection: HTTPConnection) -> Context:
    """The context of the application that got this request or socket."""
    context: Context = connection.app.state.context
    return context


def token_of(connection: HTTPConnection) -> str | None:
    """The session token a browser presents."""
    return connection.cookies.get(context_of(connection).cookie)


async def agent_of(connection: HTTPConnection) -> Agent | None:
    """Who asks, by the session cookie. Works on a socket before it is accepted.

    A page says whose it is (`Forthwith-Agent`): when another agent has signed in beside it, in another tab of the
    browser, the cookie is theirs by now, and nothing of the page's may go out in their name.
    """
    context = context_of(connection)
    agent = await context.sessions.agent_of(token_of(connection), context.now())
    named = connection.headers.get("forthwith-agent")
    return agent if agent is not None and named in (None, agent.id) else None


async def signed_in_agent(connection: HTTPConnection) -> Agent:
    """Dependency of every route but signing in. Raises SignedOut (401), RateLimited (429)."""
    agent = await agent_of(connection)
    if agent is None:
        raise SignedOut
    context = context_of(connection)
    context.limit.spend(agent.id, context.now())
    return agent


Edge = Annotated[Context, Depends(context_of)]
SignedIn = Annotated[Agent, Depends(signed_in_agent)]
