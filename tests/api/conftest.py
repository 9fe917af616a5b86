"""The real application behind the real uvicorn on a free port, in a thread of the test run."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest
from fastapi import FastAPI
from multidict import CIMultiDictProxy

from forthwith.api.context import Context
from forthwith.app import running_app
from forthwith.clock import milliseconds
from forthwith.config import Settings
from forthwith.listening import listen
from forthwith.serve import create_server
from forthwith.services.sign_in import hash_password
from forthwith.store import agents, contacts, conversations, events, inboxes, messages
from forthwith.store.contacts import Identity
from forthwith.store.database import Transaction
from forthwith.store.ids import new_id

T = TypeVar("T")
PASSWORD = "a-password-for-tests"
PASSWORD_HASH = hash_password(PASSWORD)


@dataclass
class Clock:
    """The server's time; tests move it."""

    ahead: int = 0
    stopped_at: int | None = None

    def __call__(self) -> int:
        return milliseconds() + self.ahead if self.stopped_at is None else self.stopped_at

    def advance(self, by: int) -> None:
        self.ahead += by
        if self.stopped_at is not None:
            self.stopped_at += by


@dataclass
class Answer:
    """What came back over the wire."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    cookies: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def code(self) -> str:
        """Of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self
        problem = self.json
        assert problem["status"] == self.status
        return str(problem["code"])


@dataclass
class Edge:
    """A running server. `url`: as browsers reach it."""

    app: FastAPI
    settings: Settings
    clock: Clock
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def origin(self) -> str:
        """What a page of ours sends."""
        return self.settings.browser_url

    @property
    def context(self) -> Context:
        context: Context = self.app.state.context
        return context

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def add_agent(self, email: str) -> str:
        """Its id; the password is PASSWORD."""

        async def add() -> str | None:
            db = self.context.db
            return await db.write(
                lambda tx: agents.add(
                    tx, email, email.partition("@")[0], PASSWORD_HASH, self.clock()
                )
            )

        agent_id = self.do(add())
        assert agent_id is not None
        return agent_id

    async def store_a_message(self) -> tuple[str, str]:
        """One that was sent to a contact; (conversation id, client_id)."""
        now = self.clock()

        async def store(tx: Transaction) -> tuple[str, str]:
            inbox = await inboxes.by_phone_number_id(tx, self.settings.whatsapp_phone_number_id)
            assert inbox is not None
            contact = await contacts.find_or_create(tx, Identity("Mara", phone="447700900300"), now)
            thread = await conversations.get_or_create(
                tx, new_id("conversation"), inbox["id"], contact["id"], now
            )
            conversation = await conversations.take_pos(tx, thread["id"], now)
            new = messages.NewMessage(
                id=new_id("message"),
                client_id="optimistic-1600000000000-0123456789abcdef",
                direction="outbound",
                message_type="text",
                sender_role="agent",
                sender_id="agent-1",
                sender_name="Ana",
                text_content="It is ready.",
                status="sent",
                sent_at=now,
                created_at=now,
            )
            row = await messages.insert(tx, conversation, new)
            await events.append(tx, "new_message", conversation, now, message_id=row["id"])
            return conversation["id"], row["client_id"]

        return await self.context.db.write(store)


class Browser:
    """Requests with a cookie jar of their own, and the headers a page of ours would send."""

    def __init__(self, edge: Edge, http: aiohttp.ClientSession) -> None:
        self.edge, self.http = edge, http

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
        origin: str | None = "",
    ) -> Answer:
        """`body` as JSON, or `raw` bytes. `origin`: ours when empty, none when None."""
        sent = {} if origin is None else {"Origin": origin or self.edge.origin}
        if body is not None:
            raw = msgspec.json.encode(body)
        if raw is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        async with self.http.request(
            method, self.edge.url + path, data=raw, headers=sent, allow_redirects=False
        ) as answer:
            cookies = answer.headers.getall("Set-Cookie", [])
            return Answer(answer.status, answer.headers, await answer.read(), cookies)

    async def sign_in(self, email: str = "ana@shop.example", password: str = PASSWORD) -> Answer:
        return await self.ask("POST", "/api/session", {"email": email, "password": password})


def settings_for(folder: Path, **others: Any) -> Settings:
    """Enough to serve; WhatsApp is not reached by these tests."""
    return Settings(
        data_dir=folder,
        port=0,
        graph_url="http://127.0.0.1:9/v26.0",
        whatsapp_token="token-of-tests",
        whatsapp_app_secret="secret-of-tests",
        whatsapp_verify_token="verify-token-of-tests",
        whatsapp_phone_number_id="900000000000001",
        whatsapp_business_account_id="800000000000001",
        **others,
    )


@contextmanager
def running_edge(folder: Path, **others: Any) -> Iterator[Edge]:
    """Serve until the block ends."""
    settings = settings_for(folder, **others)
    listener = listen("127.0.0.1", 0)
    settings = settings.on_port(listener.getsockname()[1])
    clock, begun, stop = Clock(), threading.Event(), threading.Event()
    found: list[Edge | BaseException] = []

    async def serve() -> None:
        async with running_app(settings, clock) as app:
            server = create_server(app, settings)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            found.append(Edge(app, settings, clock, asyncio.get_running_loop()))
            begun.set()
            await asyncio.to_thread(stop.wait)
            server.should_exit = True
            await serving

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001  # raised again in the test's own thread
            found.append(error)
            begun.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert begun.wait(20), "the server did not start"
        edge = found[0]
        if isinstance(edge, BaseException):
            raise edge
        yield edge
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"


@asynccontextmanager
async def browsing(edge: Edge) -> AsyncIterator[Browser]:
    """A browser without cookies."""
    jar = aiohttp.CookieJar(unsafe=True)  # or it keeps none of an IP address
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Browser(edge, http)


@pytest.fixture(scope="session")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One server for all tests that leave its clock alone; ana@shop.example is an agent."""
    with running_edge(tmp_path_factory.mktemp("edge")) as running:
        running.add_agent("ana@shop.example")
        yield running


@pytest.fixture
def own_edge(tmp_path: Path) -> Iterator[Edge]:
    """A server for this test alone."""
    with running_edge(tmp_path) as running:
        running.add_agent("ana@shop.example")
        yield running


@pytest.fixture
async def stranger(edge: Edge) -> AsyncIterator[Browser]:
    """Not signed in."""
    async with browsing(edge) as browser:
        yield browser


@pytest.fixture(scope="session")
def session_of_ana(edge: Edge) -> str:
    """A cookie header, made once: a sign-in costs 20 ms of hashing."""

    async def sign_in() -> str:
        token, _ = await edge.context.sessions.sign_in(
            "ana@shop.example", PASSWORD, "192.0.2.1", edge.clock()
        )
        return token

    return f"{edge.context.cookie}={edge.do(sign_in())}"


@pytest.fixture
async def ana(edge: Edge, session_of_ana: str) -> AsyncIterator[Browser]:
    """Signed in."""
    async with aiohttp.ClientSession(headers={"Cookie": session_of_ana}) as http:
        yield Browser(edge, http)
