"""The whole product in a test: the real server as a process of its own, the emulator beside it, agents over HTTP."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.nursery import Nursery
from tests.servers import free_port
from whatsapp_emulator.testing import (
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    TOKEN,
    VERIFY_TOKEN,
    RunningEmulator,
    running_emulator,
)

PASSWORD = "a-password-for-tests"
START_SECONDS = 20.0


async def eventually(
    condition: Callable[[], Awaitable[Any]], within_seconds: float = 10.0, every: float = 0.02
) -> Any:
    """The first truthy value of `condition`; AssertionError when there is none in time."""
    deadline = time.monotonic() + within_seconds
    while True:
        value = await condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"still {value!r} after {within_seconds} s"
        await asyncio.sleep(every)


def new_client_id() -> str:
    """As a browser makes it."""
    return f"optimistic-{time.time_ns() // 1_000_000}-{secrets.token_urlsafe(16)}"


@dataclass
class AgentSession:
    """A signed-in agent's HTTP calls; answers are `(status, json)`."""

    url: str
    http: aiohttp.ClientSession
    origin: str = ""
    """What its pages are served from; empty: `url`."""

    async def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """One call with a browser's headers."""
        async with self.http.request(
            method,
            self.url + path,
            json=body,
            headers={"Origin": self.origin or self.url, **headers},
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith(("{", "[")) else text

    async def conversations(self) -> list[dict[str, Any]]:
        """The list."""
        status, page = await self.call("GET", "/api/conversations")
        assert status == 200, page
        conversations: list[dict[str, Any]] = page["conversations"]
        return conversations

    async def conversation_of(self, wa_id: str) -> str:
        """The id of a contact's conversation, once it is there."""

        async def find() -> str | None:
            rows = [
                row for row in await self.conversations() if row["contact"].get("phone") == wa_id
            ]
            return rows[0]["_id"] if rows else None

        return str(await eventually(find))

    async def messages(self, conversation_id: str, limit: int = 200) -> list[dict[str, Any]]:
        """The newest part of its history."""
        status, page = await self.call(
            "GET", f"/api/conversations/{conversation_id}/messages?limit={limit}"
        )
        assert status == 200, page
        messages: list[dict[str, Any]] = page["messages"]
        return messages

    async def history(self, conversation_id: str) -> list[dict[str, Any]]:
        """All of it, page by page as it is scrolled."""
        path = f"/api/conversations/{conversation_id}/messages?limit=200"
        status, page = await self.call("GET", path)
        assert status == 200, page
        rows: list[dict[str, Any]] = page["messages"]
        while page["has_more"]:
            status, page = await self.call("GET", f"{path}&before_pos={rows[0]['pos']}")
            assert status == 200, page
            rows = page["messages"] + rows
        return rows

    async def send(
        self, conversation_id: str, text: str, client_id: str = "", **more: Any
    ) -> tuple[int, Any]:
        """Post a message as the browser does."""
        client_id = client_id or new_client_id()
        body = {"client_id": client_id, "message_type": "text", "text_content": text, **more}
        path = f"/api/conversations/{conversation_id}/messages"
        return await self.call("POST", path, body, **{"Idempotency-Key": client_id})

    async def message(self, client_id: str) -> dict[str, Any]:
        """The stored row."""
        status, row = await self.call("GET", f"/api/messages/by-client-id/{client_id}")
        assert status == 200, row
        stored: dict[str, Any] = row
        return stored

    async def until_status(
        self, client_id: str, *statuses: str, within_seconds: float = 10.0
    ) -> str:
        """Wait for the message to show one of these."""

        async def shown() -> str | None:
            status = (await self.message(client_id))["status"]
            return status if status in statuses else None

        return str(await eventually(shown, within_seconds))

    @asynccontextmanager
    async def socket(
        self, epoch: str = "", seq: int = 0
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A socket that has sent its `resume`."""
        url = self.url.replace("http", "ws", 1) + "/api/ws"
        async with self.http.ws_connect(url, headers={"Origin": self.origin or self.url}) as socket:
            await socket.send_json({"type": "resume", "protocol": 1, "epoch": epoch, "seq": seq})
            yield socket


@dataclass
class Product:
    """Server, emulator and the folder between restarts."""

    emulator: RunningEmulator
    folder: Path
    port: int
    environment: dict[str, str]
    nursery: Nursery | None = None
    process: asyncio.subprocess.Process | None = None
    forked: int = 0
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """What browsers use."""
        return self.environment.get("FORTHWITH_PUBLIC_URL", self.url)

    async def start(self) -> None:
        """Start the server and wait until it is ready."""
        await self.spawn()
        await eventually(self.is_ready, START_SECONDS)

    async def spawn(self) -> None:
        """Start the server's process."""
        if self.nursery:
            log_file = str(self.folder / "server.log")
            self.forked = await self.nursery.start(self.environment, log_file)
            return
        log = (self.folder / "server.log").open("ab")
        with log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "forthwith",
                "serve",
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    async def is_ready(self) -> bool:
        """True when `/readyz` says so."""
        assert self.process is None or self.process.returncode is None, self.log()
        try:
            async with self.emulator.http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> None:
        """kill -9: no farewell of any kind."""
        if self.nursery:
            await self.nursery.kill(self.forked)
            return
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, and the exit code; a forked server is only killed."""
        if self.nursery:
            await self.kill()
            return 0
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 20)

    def log(self) -> str:
        """What the server said."""
        return (self.folder / "server.log").read_text()

    async def add_agent(self, name: str) -> None:
        """By the command an administrator uses."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "forthwith", "user", "add", f"{name.lower()}@demo.example"),
            *("--name", name, "--password-stdin"),
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        await process.communicate(PASSWORD.encode())
        assert process.returncode == 0

    async def sign_in(self, name: str = "Ana") -> AgentSession:
        """A session of this agent."""
        jar = aiohttp.CookieJar(unsafe=True)  # or it keeps no cookie of an IP address
        http = await self.closing.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        session = AgentSession(self.url, http, self.public_url)
        body = {"email": f"{name.lower()}@demo.example", "password": PASSWORD}
        status, answer = await session.call("POST", "/api/session", body)
        assert status == 200, answer
        return session


def environment_of(folder: Path, port: int, graph_url: str, **settings: str) -> dict[str, str]:
    """The server's whole environment."""
    own = {
        "FORTHWITH_PORT": str(port),
        "FORTHWITH_DATA_DIR": str(folder / "data"),
        "FORTHWITH_GRAPH_URL": graph_url,
        "FORTHWITH_WHATSAPP_TOKEN": TOKEN,
        "FORTHWITH_WHATSAPP_APP_SECRET": APP_SECRET,
        "FORTHWITH_WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "FORTHWITH_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "FORTHWITH_WHATSAPP_BUSINESS_ACCOUNT_ID": BUSINESS_ACCOUNT_ID,
    }
    named = {f"FORTHWITH_{name.upper()}": value for name, value in settings.items()}
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **own, **named}


@asynccontextmanager
async def running_product(
    folder: Path,
    *agents: str,
    prepare: Callable[[Product], Awaitable[None]] | None = None,
    **settings: str,
) -> AsyncIterator[Product]:
    """Emulator and server, with these agents; `settings` are FORTHWITH_* in lower case.

    `prepare` is called before the server starts, with its data folder still closed.
    """
    port = free_port()
    webhook_url = f"http://127.0.0.1:{port}/webhooks/whatsapp"
    async with running_emulator(webhook_url=webhook_url) as emulator:
        environment = environment_of(folder, port, emulator.url, **settings)
        product = Product(emulator, folder, port, environment)
        async with product.closing:
            for name in agents:
                await product.add_agent(name)
            if prepare is not None:
                await prepare(product)
            await product.start()
            try:
                yield product
            finally:
                await product.stop()
