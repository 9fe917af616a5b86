"""Sockets of the real application behind the real uvicorn, with impatient clocks."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from forthwith.domain.agent import Agent
from forthwith.protocol.shapes import SendMessage
from forthwith.realtime import encoded_events, event_log, websocket_service
from forthwith.services.accept_message import accept_message
from forthwith.store import contacts, conversations, events, inboxes
from forthwith.store.contacts import Identity
from forthwith.store.database import Transaction
from forthwith.store.ids import new_id
from tests.api.conftest import Browser, Edge, browsing, running_edge

DEADLINE_SECONDS = 8
IMPATIENT = {
    "HEARTBEAT_SECONDS": 0.3,
    "FIRST_FRAME_SECONDS": 0.5,
    "SLOW_SECONDS": 0.5,
    "REPLAY_SECONDS": 2.0,
    "LOOK_SECONDS": 0.3,
}


class Desk:
    """A server, its inboxes, and Ana, who is a member of the first one only."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.agent_id = edge.add_agent("ana@shop.example")
        self.inbox_id, self.thread = edge.do(self._thread("900000000000001", "447700900300"))
        self.other_inbox_id, self.other_thread = edge.do(self._thread("2", "447700900301"))
        edge.do(self._leave(self.other_inbox_id))

    async def _thread(self, number: str, phone: str) -> tuple[str, str]:
        now = self.edge.clock()

        async def make(tx: Transaction) -> tuple[str, str]:
            inbox_id = await inboxes.ensure(tx, number, "9001", "Shop", "", now)
            contact = await contacts.find_or_create(tx, Identity("Mara", phone), now)
            row = await conversations.get_or_create(
                tx, new_id("conversation"), inbox_id, contact["id"], now
            )
            await conversations.take_inbound_pos(tx, row["id"], now, now)
            return inbox_id, row["id"]

        return await self.edge.context.db.write(make)

    async def _leave(self, inbox_id: str) -> None:
        await self.edge.context.db.write(
            lambda tx: tx.run("DELETE FROM inbox_members WHERE inbox_id = :id", id=inbox_id)
        )

    async def _join(self, inbox_id: str) -> None:
        await self.edge.context.db.write(
            lambda tx: tx.run(
                "INSERT INTO inbox_members (inbox_id, agent_id) VALUES (:inbox, :agent)",
                inbox=inbox_id,
                agent=self.agent_id,
            )
        )

    def join(self) -> None:
        """Ana becomes a member of the other inbox too."""
        self.edge.do(self._join(self.other_inbox_id))

    def say(self, words: str = "Hi", *, elsewhere: bool = False) -> int:
        """One more event, in Ana's inbox or in the other one; its seq."""
        return self.edge.do(self._say(words, elsewhere))

    async def _say(self, words: str, elsewhere: bool) -> int:
        agent = Agent("agent-x", "", "X", frozenset({self.inbox_id, self.other_inbox_id}))
        command = SendMessage(f"optimistic-1600000000000-{secrets.token_urlsafe(16)}", words)
        thread = self.other_thread if elsewhere else self.thread
        db = self.edge.context.db
        await accept_message(db, agent, thread, command, self.edge.clock())
        return await db.read(events.newest_seq)

    @property
    def epoch(self) -> str:
        return self.edge.context.db.epoch

    def head(self) -> int:
        return self.edge.do(self.edge.context.db.read(events.newest_seq))


class Socket:
    """What one browser sees."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def frame(self) -> dict[str, Any]:
        frame = await self.socket.receive(DEADLINE_SECONDS)
        assert frame.type == aiohttp.WSMsgType.TEXT, (frame.type, frame.data, frame.extra)
        decoded: dict[str, Any] = json.loads(frame.data)
        return decoded

    async def frame_of(self, kind: str) -> dict[str, Any]:
        """The next frame of this type; others are passed over."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (frame := await self.frame())["type"] != kind:
                pass
        return frame

    async def events(self, up_to: int) -> list[dict[str, Any]]:
        """Every event until this seq."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not found or found[-1]["seq"] < up_to:
                frame = await self.frame()
                found += [
                    each for each in frame.get("events", [frame]) if "conversation_id" in each
                ]
        return found

    async def close_code(self) -> tuple[int, str]:
        """Read on until the server closes."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (frame := await self.socket.receive()).type == aiohttp.WSMsgType.TEXT:
                pass
        assert frame.type == aiohttp.WSMsgType.CLOSE, frame
        return int(frame.data), frame.extra or ""


@asynccontextmanager
async def connected(browser: Browser, first: object = None) -> AsyncIterator[Socket]:
    """A socket that has sent this first frame, as text or JSON; None: nothing."""
    url = browser.edge.url.replace("http", "ws", 1) + "/api/ws"
    headers = {"Origin": browser.edge.origin}
    async with browser.http.ws_connect(url, headers=headers, max_msg_size=0) as socket:
        if isinstance(first, bytes):
            await socket.send_bytes(first)
        elif first is not None:
            await socket.send_str(first if isinstance(first, str) else json.dumps(first))
        yield Socket(socket)


def resume(desk: Desk, seq: object = 0, epoch: object = None) -> dict[str, object]:
    return {"type": "resume", "protocol": 1, "epoch": epoch or desk.epoch, "seq": seq}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name, seconds in IMPATIENT.items():
        monkeypatch.setattr(websocket_service, name, seconds, raising=False)
    monkeypatch.setattr(event_log, "KEPT", 50)
    monkeypatch.setattr(encoded_events, "PAGE", 20)
    monkeypatch.setattr(event_log, "PAGE", 20)
    with running_edge(tmp_path) as edge:
        yield Desk(edge)


@pytest.fixture
async def ana(desk: Desk) -> AsyncIterator[Browser]:
    async with browsing(desk.edge) as browser:
        assert (await browser.sign_in()).status == 200
        yield browser
