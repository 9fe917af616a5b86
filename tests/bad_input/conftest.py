"""One real server process for all rows; what it holds in memory is watched through each of them."""

import asyncio
import hmac
import io
import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import apsw
import pytest

from tests.rig import PASSWORD, AgentSession, environment_of
from tests.servers import free_port
from whatsapp_emulator.testing import APP_SECRET, PHONE_NUMBER_ID

MOST_GROWTH_KB = 50 * 1024
START_SECONDS = 60
Raw = tuple[int, str]
"""Status and code of an answer."""


@dataclass(frozen=True)
class Served:
    """The server. WhatsApp is not there: what is sent waits, and is tried again."""

    port: int
    pid: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        """What it said."""
        return (self.folder / "server.log").read_text()

    def one(self, sql: str, *values: object) -> int:
        """A figure from its store."""
        connection = apsw.Connection(str(self.folder / "data/forthwith.db"))
        try:
            (figure,) = next(iter(connection.execute(sql, values)))
        finally:
            connection.close()
        return int(figure)

    def change(self, sql: str, *values: object) -> None:
        """Something that has no way through the API."""
        connection = apsw.Connection(str(self.folder / "data/forthwith.db"))
        connection.set_busy_timeout(5_000)
        connection.execute(sql, values)
        connection.close()

    def memory_kb(self, figure: str) -> int:
        """VmRSS (now) or VmHWM (at most, since `forget`)."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{figure}:"))

    async def deliver(self, raw: bytes, signature: str | None = "") -> Raw:
        """Post a webhook as Meta does; without a `signature` given, rightly signed."""
        right = "sha256=" + hmac.digest(APP_SECRET.encode(), raw, "sha256").hex()
        header = right if signature == "" else signature
        headers = {} if header is None else {"X-Hub-Signature-256": header}
        async with aiohttp.ClientSession() as meta:
            path = f"{self.url}/webhooks/whatsapp"
            async with meta.post(path, data=io.BytesIO(raw), headers=headers) as answer:
                return answer.status, code_of(await answer.text())


@dataclass
class Desk:
    """Ana at work in a conversation of its own."""

    served: Served
    agent: AgentSession
    contact: str
    conversation_id: str

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.conversation_id}/messages"

    async def post(self, raw: bytes, path: str = "", **headers: str) -> Raw:
        """Bytes as they are, under a client_id of one's own."""
        head = {"Content-Type": "application/json", "Origin": self.served.url}
        head |= {"Idempotency-Key": CLIENT_ID} | headers
        url = self.served.url + (path or self.path)
        async with self.agent.http.post(url, data=io.BytesIO(raw), headers=head) as answer:
            return answer.status, code_of(await answer.text())

    async def say(self, text: str, client_id: str = "") -> Raw:
        """An ordinary send."""
        status, row = await self.agent.send(self.conversation_id, text, client_id)
        return status, str(row.get("code", ""))

    async def texts(self) -> list[str]:
        return [row["text_content"] for row in await self.agent.messages(self.conversation_id)]


CLIENT_ID = "optimistic-1700000000000-0123456789abcdef"


def code_of(text: str) -> str:
    """Of a problem; nothing when the answer is none."""
    try:
        problem = json.loads(text)
        return str(problem.get("code", "")) if isinstance(problem, dict) else ""
    except ValueError:
        return ""


def webhook(
    messages: list[Any] | None = None, statuses: list[Any] | None = None, **value: Any
) -> bytes:
    """A delivery for our number."""
    contacts = [{"wa_id": each["from"], "profile": {"name": "Mara"}} for each in messages or []]
    inside = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": PHONE_NUMBER_ID},
        "contacts": contacts,
        "messages": messages or [],
        "statuses": statuses or [],
    } | value
    entry = {"id": "800000000000001", "changes": [{"field": "messages", "value": inside}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def inbound(sender: str, text: str, **fields: Any) -> dict[str, Any]:
    """One message from a contact."""
    own = {"from": sender, "id": f"wamid.{secrets.token_hex(8)}", "type": "text"}
    return own | {"timestamp": str(int(time.time())), "text": {"body": text}} | fields


def _agent(folder: Path, environment: dict[str, str], name: str) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "forthwith", "user", "add", f"{name.lower()}@demo.example"),
            *("--name", name, "--password-stdin"),
        ],
        env=environment,
        input=PASSWORD.encode(),
        check=True,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all rows, with the agents Ana and Ben."""
    folder, port = tmp_path_factory.mktemp("bad-input"), free_port()
    graph = "http://127.0.0.1:9/v26.0"
    environment = environment_of(folder, port, graph, log_level="debug")
    for name in ("Ana", "Ben"):
        _agent(folder, environment, name)
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "forthwith", "serve"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    running = Served(port, process.pid, folder)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "forthwith listening" not in running.log():
            assert process.poll() is None, running.log()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        yield running
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def sign_in(served: Served, name: str) -> str:
    """A cookie header."""
    body = {"email": f"{name.lower()}@demo.example", "password": PASSWORD}
    headers = {"Origin": served.url, "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{served.url}/api/session", json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.headers["Set-Cookie"]).partition(";")[0]


@pytest.fixture(scope="session")
def cookie(served: Served) -> str:
    """Ana's."""
    return sign_in(served, "Ana")


@pytest.fixture(autouse=True)
def little_memory(served: Served, cookie: str) -> Iterator[None]:
    """No row may make the server take 50 MB more than it had, not even for a moment."""
    before = served.memory_kb("VmRSS")
    Path(f"/proc/{served.pid}/clear_refs").write_text("5")  # VmHWM begins anew
    yield
    assert served.memory_kb("VmHWM") - before <= MOST_GROWTH_KB


@pytest.fixture
async def desk(served: Served, cookie: str) -> AsyncIterator[Desk]:
    """Ana in a conversation with a contact who has just written."""
    contact = f"4477009{secrets.randbelow(10**5):05}"
    assert await served.deliver(webhook([inbound(contact, "Hello")])) == (200, "")
    async with aiohttp.ClientSession(headers={"Cookie": cookie}) as http:
        agent = AgentSession(served.url, http)
        yield Desk(served, agent, contact, await agent.conversation_of(contact))


async def talk(port: int, *parts: bytes, within_seconds: float = 5) -> bytes:
    """Raw bytes to the server; everything it says until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), within_seconds)
    finally:
        writer.close()
