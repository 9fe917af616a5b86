"""A webhook receiver, an emulator aimed at it, and a business that calls it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, async_playwright

from tests.emulator.files import GOOD
from whatsapp_emulator.testing import (
    APP_SECRET,
    PHONE_NUMBER_ID,
    TOKEN,
    RunningEmulator,
    running_emulator,
)

INES = "447700900318"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


class Receiver:
    """A webhook endpoint that checks signatures over the raw bytes and keeps what is good.

    ``answers`` are the HTTP statuses of the next POSTs, then 200. A wrong signature is 401.
    """

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[bytes] = []
        self.payloads: list[dict[str, Any]] = []
        self.refused: list[bytes] = []
        self.answers: list[int] = []
        self.handshakes: list[dict[str, str]] = []
        self._news = asyncio.Condition()

    async def get(self, request: web.Request) -> web.Response:
        self.handshakes.append(dict(request.query))
        return web.Response(text=request.query["hub.challenge"])

    async def post(self, request: web.Request) -> web.Response:
        raw = await request.read()
        wanted = "sha256=" + hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        async with self._news:
            if request.headers.get("X-Hub-Signature-256") != wanted:
                self.refused.append(raw)
                return web.Response(status=401)
            if self.answers:
                return web.Response(status=self.answers.pop(0))
            self.bodies.append(raw)
            self.payloads.append(json.loads(raw))
            self._news.notify_all()
        return web.Response()

    @property
    def values(self) -> list[dict[str, Any]]:
        return [
            change["value"]
            for payload in self.payloads
            for entry in payload["entry"]
            for change in entry["changes"]
        ]

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [status for value in self.values for status in value.get("statuses", [])]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.values for message in value.get("messages", [])]

    def names(self, wamid: str | None = None) -> list[str]:
        """The statuses that came, in the order they came."""
        return [one["status"] for one in self.statuses if wamid in (None, one["id"])]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds after some POST."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(condition)


async def eventually(condition: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
    """Return when the condition holds; ``TimeoutError`` after five seconds."""
    async with asyncio.timeout(5):
        while True:
            held = condition()
            if await held if isinstance(held, Awaitable) else held:
                return
            await asyncio.sleep(0.01)


class Business:
    """The business's calls to the Graph API."""

    def __init__(self, emulator: RunningEmulator, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.emulator = emulator

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN
    ) -> tuple[int, Any, Any]:
        """HTTP status, decoded body, headers."""
        async with self.http.request(
            method,
            f"{self.emulator.url}/v26.0/{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            return answer.status, json.loads(await answer.read()), answer.headers

    async def post(self, **fields: Any) -> tuple[int, Any]:
        """POST /messages with the usual envelope."""
        body = {"messaging_product": "whatsapp", **fields}
        status, answer, _ = await self.call("POST", f"{PHONE_NUMBER_ID}/messages", body)
        return status, answer

    async def text(self, text: str, to: str = INES, **fields: Any) -> tuple[int, Any]:
        return await self.post(to=to, type="text", text={"body": text}, **fields)

    async def send(self, text: str, to: str = INES, **fields: Any) -> str:
        """Send a text that must be accepted; its wamid."""
        status, answer = await self.text(text, to, **fields)
        assert status == 200, answer
        return str(answer["messages"][0]["id"])

    async def upload(
        self, content: bytes, mime_type: str, filename: str = "file", **fields: str
    ) -> tuple[int, Any]:
        """POST /media; ``fields`` replace or add form fields, an empty one is left out."""
        form = aiohttp.FormData()
        for name, value in ({"messaging_product": "whatsapp", "type": mime_type} | fields).items():
            if value:
                form.add_field(name, value)
        form.add_field("file", io.BytesIO(content), filename=filename, content_type=mime_type)
        async with self.http.post(
            f"{self.emulator.url}/v26.0/{PHONE_NUMBER_ID}/media",
            data=form,
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as answer:
            return answer.status, json.loads(await answer.read())

    async def uploaded(self, kind: str) -> str:
        """The id of a good file of this kind."""
        mime_type, content = GOOD[kind]
        status, answer = await self.upload(content, mime_type)
        assert status == 200, answer
        return str(answer["id"])


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application(client_max_size=3 * 1024 * 1024)
    app.router.add_get("/webhook", receiver.get)
    app.router.add_post("/webhook", receiver.post)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def emulator(receiver: Receiver) -> AsyncIterator[RunningEmulator]:
    """An emulator that takes no time, with Ines, whose phone is on and window open."""
    async with running_emulator(webhook_url=receiver.url) as emulator:
        await emulator.contact(INES, name="Ines Okafor")
        await emulator.write(INES, "Good morning")
        await emulator.quiet()
        yield emulator


@pytest.fixture
async def business(emulator: RunningEmulator) -> AsyncIterator[Business]:
    async with aiohttp.ClientSession() as http:
        yield Business(emulator, http)


async def fetch(
    business: Business, url: str, headers: dict[str, str] | None = None
) -> tuple[int, bytes, str]:
    async with business.http.get(url, headers=AUTHORIZED if headers is None else headers) as answer:
        return answer.status, await answer.read(), answer.headers.get("Content-Type", "")


async def put_up(emulator: RunningEmulator, content: bytes, mime_type: str, **query: str) -> Any:
    async with emulator.http.post(
        f"{emulator.url}/_control/media",
        data=io.BytesIO(content),
        params=query,
        headers={"Content-Type": mime_type},
    ) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()
