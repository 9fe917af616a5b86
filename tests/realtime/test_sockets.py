"""Who may open a socket, what it may say, and how each misuse ends (R13; bad-input 44-51)."""

import asyncio
import contextlib
import json
import socket as sockets
import threading
from contextlib import AsyncExitStack

import aiohttp
import pytest

from forthwith.api import socket_protocol
from forthwith.api.socket_protocol import BoundedSocketProtocol
from forthwith.store import conversations
from forthwith.store.database import StorageUnavailable
from forthwith.store.sqlite import SqliteDatabase
from tests.api.conftest import Browser
from tests.realtime.conftest import DEADLINE_SECONDS, Desk, connected, resume
from tests.rig import eventually
from tests.store.conftest import Rings


async def open_or_refused(closing: AsyncExitStack, browser: Browser) -> int:
    """101, or the status of the refusal."""
    try:
        await closing.enter_async_context(connected(browser))
    except aiohttp.WSServerHandshakeError as error:
        return error.status
    return 101


async def test_a_session_has_ten_sockets_even_if_none_of_them_says_a_word(
    desk: Desk, ana: Browser
) -> None:
    async with AsyncExitStack() as closing:
        answers = await asyncio.gather(*(open_or_refused(closing, ana) for _ in range(60)))
        assert (answers.count(101), answers.count(429)) == (10, 50)

    async def is_free() -> bool:
        async with AsyncExitStack() as one:
            return await open_or_refused(one, ana) == 101

    await eventually(is_free)


async def test_a_socket_that_never_resumes_is_closed(desk: Desk, ana: Browser) -> None:
    async with connected(ana) as silent:
        assert await silent.close_code() == (1008, "resume expected")


@pytest.mark.parametrize(
    "first", ["hello", "[]", "3", '{"type":"typing"}', "{}", "[" * 60_000, "", b"\x00\x01"]
)
async def test_a_first_frame_that_is_no_resume_is_not_understood(
    desk: Desk, ana: Browser, first: object
) -> None:
    async with connected(ana, first) as stranger:
        code, reason = await stranger.close_code()
    assert (code, bool(reason)) == (1003 if isinstance(first, bytes) else 1007, True)


@pytest.mark.parametrize("seq", [10**9, -1, 10**30, "1", None, [], 1.5, True])
async def test_a_cursor_of_any_kind_of_garbage_is_answered_by_reset(
    desk: Desk, ana: Browser, seq: object
) -> None:
    head = desk.say()
    async with connected(ana, resume(desk, seq)) as socket:
        assert await socket.frame() == {"type": "reset", "epoch": desk.epoch, "seq": head}


async def test_a_cursor_of_another_epoch_is_answered_by_reset(desk: Desk, ana: Browser) -> None:
    for epoch in ("another", 7, ""):
        first = resume(desk, 0, "x") | {"epoch": epoch}
        async with connected(ana, first) as socket:
            assert (await socket.frame())["type"] == "reset"


async def test_a_protocol_too_old_is_told_so(desk: Desk, ana: Browser) -> None:
    async with connected(ana, resume(desk) | {"protocol": 0}) as old:
        assert (await old.close_code())[0] == 4406


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["{}"] * 51, 1008),
        (["not json"], 1007),
        (["[" * 60_000], 1007),
        (["[]"], 1007),
        ([b"\x00"], 1003),
        (["x" * 70_000], 1009),
    ],
)
async def test_a_misuse_of_a_live_socket_closes_it(
    desk: Desk, ana: Browser, frames: list[str | bytes], code: int
) -> None:
    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        for frame in frames:
            if isinstance(frame, bytes):
                await socket.socket.send_bytes(frame)
            else:
                await socket.socket.send_str(frame)
        assert (await socket.close_code())[0] == code


async def test_fifty_frames_a_second_are_no_flood(desk: Desk, ana: Browser) -> None:
    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        for _ in range(25):  # in whichever seconds they fall
            await socket.socket.send_str("{}")
        await socket.frame_of("heartbeat")


def raw_socket(ana: Browser, desk: Desk) -> sockets.socket:
    """A client that speaks WebSocket by hand and need not read."""
    (cookie,) = ana.http.cookie_jar
    client = sockets.create_connection(("127.0.0.1", desk.edge.settings.port))
    head = (
        f"GET /api/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {desk.edge.origin}\r\n"
        f"Cookie: {cookie.key}={cookie.value}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    frame = json.dumps(resume(desk)).encode()
    assert len(frame) < 126
    client.sendall(head.encode())
    assert client.recv(4_096).startswith(b"HTTP/1.1 101")
    client.sendall(bytes([0x81, 0x80 | len(frame), 0, 0, 0, 0]) + frame)
    return client


async def test_a_reader_that_takes_nothing_is_cut_off(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_protocol, "CUT_OFF_SECONDS", 0.2)
    let_go = threading.Event()
    lose = BoundedSocketProtocol.connection_lost

    def watched(protocol: BoundedSocketProtocol, error: Exception | None) -> None:
        lose(protocol, error)
        let_go.set()

    monkeypatch.setattr(BoundedSocketProtocol, "connection_lost", watched)
    with raw_socket(ana, desk):
        for _ in range(250):  # more than the machine buffers for a line
            desk.say("🚲" * 4_096)
        assert await asyncio.to_thread(let_go.wait, 5)


async def test_a_replay_is_as_slow_as_its_line(desk: Desk, ana: Browser) -> None:
    for _ in range(200):
        desk.say("🚲" * 4_096)
    with raw_socket(ana, desk) as slow:
        await asyncio.sleep(1)  # longer than a live socket may take
        slow.setblocking(False)
        read = bytearray()

        async def has_the_last() -> bool:
            with contextlib.suppress(BlockingIOError):
                while part := slow.recv(65_536):
                    read.extend(part)
            return b'"seq":200,' in read

        await eventually(has_the_last)


async def test_no_frame_of_a_replay_is_large(desk: Desk, ana: Browser) -> None:
    head = [desk.say("🚲" * 4_096) for _ in range(40)][-1]
    async with connected(ana, resume(desk)) as socket:
        seen = 0
        while seen < head:
            frame = await socket.socket.receive(DEADLINE_SECONDS)
            assert len(frame.data.encode()) < 200_000
            for each in (decoded := json.loads(frame.data)).get("events", [decoded]):
                seen = max(seen, each["seq"] if "conversation_id" in each else 0)


async def test_signing_out_closes_the_sockets_of_that_session_only(
    desk: Desk, ana: Browser
) -> None:
    desk.edge.add_agent("ben@shop.example")
    async with connected(ana, resume(desk)) as hers, AsyncExitStack() as closing:
        await hers.frame_of("welcome")
        ben = Browser(
            desk.edge,
            await closing.enter_async_context(
                aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            ),
        )
        await ben.sign_in("ben@shop.example")
        his = await closing.enter_async_context(connected(ben, resume(desk)))
        await ana.ask("DELETE", "/api/session")
        assert (await hers.close_code())[0] == 4401
        await his.frame_of("heartbeat")


async def test_a_session_that_expires_closes_its_sockets(desk: Desk, ana: Browser) -> None:
    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        desk.edge.clock.advance(31 * 86_400_000)
        assert (await socket.close_code())[0] == 4401


async def test_a_store_that_is_away_ends_no_socket_and_no_session(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise StorageUnavailable("on purpose")

    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        with monkeypatch.context() as failing:
            failing.setattr(desk.edge.context.db, "read", away)
            desk.edge.clock.advance(10_000)
            for _ in range(2):
                await socket.frame_of("heartbeat")
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with connected(ana):
                    pass
            assert refused.value.status == 503
        head = desk.say()
        assert [each["seq"] for each in await socket.events(head)] == [head]


async def test_what_another_process_commits_arrives_though_no_bell_rings(
    desk: Desk, ana: Browser
) -> None:
    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        other = await SqliteDatabase.open(desk.edge.settings.data_dir / "forthwith.db", Rings())

        now = desk.edge.clock()
        await other.write(lambda tx: conversations.change_unsent(tx, desk.thread, 1, now))
        await other.close()
        event = (await socket.events(1))[0]
    assert (event["type"], event["conversation"]["unsent_count"]) == ("conversation_updated", 1)
