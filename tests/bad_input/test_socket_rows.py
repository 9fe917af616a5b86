"""Rows 44-51: who may open a socket, and what it may say."""

import asyncio
import contextlib
import json
import socket as sockets
from contextlib import AsyncExitStack
from typing import Any

import aiohttp

from tests.bad_input.conftest import Desk, inbound, sign_in, webhook
from tests.rig import AgentSession, eventually

RESUME = {"type": "resume", "protocol": 1, "epoch": "", "seq": 0}


async def opened(desk: Desk, closing: AsyncExitStack, **headers: str) -> int:
    """101, or the status of the refusal."""
    url = desk.served.url.replace("http", "ws", 1) + "/api/ws"
    opening = desk.agent.http.ws_connect(url, headers=headers)
    try:
        await closing.enter_async_context(opening)
    except aiohttp.WSServerHandshakeError as error:
        return error.status
    return 101


async def closed_with(ws: aiohttp.ClientWebSocketResponse) -> tuple[int, bool]:
    """The code, and whether a reason is given."""
    while (frame := await ws.receive(15)).type == aiohttp.WSMsgType.TEXT:
        pass
    assert frame.type == aiohttp.WSMsgType.CLOSE, frame
    return int(frame.data), bool(frame.extra)


async def test_row_44_origins(desk: Desk) -> None:
    own = desk.served.url
    foreign = ("null", "https://evil.example", f"{own}.evil.example", f"{own}1", "")
    async with AsyncExitStack() as closing:
        for origin in foreign:
            headers = {"Origin": origin} if origin else {}
            assert await opened(desk, closing, **headers) == 403, origin
        assert await opened(desk, closing, Origin=own) == 101


async def test_row_45_no_session_and_one_that_ends(desk: Desk) -> None:
    own = desk.served.url
    async with AsyncExitStack() as closing:
        stranger = await closing.enter_async_context(aiohttp.ClientSession())
        nobody = Desk(desk.served, AgentSession(own, stranger), "", "")
        assert await opened(nobody, closing, Origin=own) == 401
        cookie = await asyncio.to_thread(sign_in, desk.served, "Ben")
        his = await closing.enter_async_context(aiohttp.ClientSession(headers={"Cookie": cookie}))
        ben = AgentSession(own, his)
        async with ben.socket() as ws:
            assert (await ws.receive_json(timeout=5))["type"] == "reset"
            assert (await ben.call("DELETE", "/api/session"))[0] == 204
            assert (await closed_with(ws))[0] == 4401


async def test_row_46_not_json_and_binary(desk: Desk) -> None:
    for frame, code in (("not json", 1007), ("[]", 1007), ("[" * 60_000, 1007), (b"\x00", 1003)):
        async with desk.agent.socket() as ws:
            await ws.receive_json(timeout=5)
            await (ws.send_bytes(frame) if isinstance(frame, bytes) else ws.send_str(frame))
            assert await closed_with(ws) == (code, True)


async def test_row_47_a_frame_of_15_mb(desk: Desk) -> None:
    async with desk.agent.socket() as ws:
        await ws.receive_json(timeout=5)
        sending = asyncio.create_task(ws.send_str("x" * 15_000_000))
        assert (await closed_with(ws))[0] == 1009
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_row_48_a_flood(desk: Desk) -> None:
    async with desk.agent.socket() as ws:
        await ws.receive_json(timeout=5)
        for _ in range(200):
            await ws.send_str("{}")
        assert (await closed_with(ws))[0] == 1008


async def test_row_49_three_hundred_sockets(desk: Desk) -> None:
    async def none_left() -> bool:  # of earlier rows
        async with desk.agent.http.get(f"{desk.served.url}/metrics") as answer:
            return "forthwith_ws_connections 0\n" in await answer.text()

    await eventually(none_left, 20)
    async with AsyncExitStack() as closing:
        tries = (opened(desk, closing, Origin=desk.served.url) for _ in range(300))
        answers = await asyncio.gather(*tries)
        assert (answers.count(101), answers.count(429)) == (10, 290)


async def test_row_50_a_client_that_never_reads(desk: Desk) -> None:
    """Its line takes nothing; while 8 MB of events come, the others' sockets and our memory do not notice."""
    cookie = desk.agent.http.headers["Cookie"]
    _, page = await desk.agent.call("GET", "/api/conversations")
    client = sockets.socket()
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", desk.served.port))
    head = (
        f"GET /api/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {desk.served.url}\r\nCookie: {cookie}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    )
    client.sendall(head.encode())
    assert (await asyncio.to_thread(client.recv, 4_096)).startswith(b"HTTP/1.1 101")
    first = json.dumps(RESUME | {"epoch": page["epoch"], "seq": page["as_of_seq"]}).encode()
    assert len(first) < 126
    client.sendall(bytes([0x81, 0x80 | len(first), 0, 0, 0, 0]) + first)

    async def connections() -> int:
        async with desk.agent.http.get(f"{desk.served.url}/metrics") as answer:
            line = next(
                each
                for each in (await answer.text()).splitlines()
                if each.startswith("forthwith_ws_connections ")
            )
            return int(line.split()[1])

    assert await connections() == 1
    for _ in range(5):
        items = [inbound(desk.contact, "🚲" * 4_096) for _ in range(50)]
        assert (await desk.served.deliver(webhook(items)))[0] == 200

    async def is_dropped() -> bool:
        return await connections() == 0

    await eventually(is_dropped, 30, every=0.2)
    client.close()


async def test_row_50_five_hundred_large_texts_are_not_all_kept_in_memory(desk: Desk) -> None:
    """8 MB of text, each several times in the log: read live by one socket, and from the beginning by another."""
    _, page = await desk.agent.call("GET", "/api/conversations")
    async with desk.agent.socket(page["epoch"], page["as_of_seq"]) as live:
        for _ in range(10):
            items = [inbound(desk.contact, "🚲" * 4_096) for _ in range(50)]
            assert (await desk.served.deliver(webhook(items)))[0] == 200
        assert await events_of(live) == 500
    async with desk.agent.socket(page["epoch"], page["as_of_seq"]) as resumed:
        assert await events_of(resumed) == 500


async def events_of(ws: aiohttp.ClientWebSocketResponse) -> int:
    """How many come before there is silence."""
    count = 0
    with contextlib.suppress(TimeoutError):
        while True:
            frame = await ws.receive_json(timeout=1)
            count += len(frame["events"]) if frame["type"] == "events" else "prev_seq" in frame
    return count


async def test_row_51_cursors_that_lead_nowhere(desk: Desk) -> None:
    _, page = await desk.agent.call("GET", "/api/conversations")
    epoch = page["epoch"]
    garbage: list[Any] = [10**9, -1, 10**30, "1", None, [], 1.5, True]
    for cursor in garbage:
        async with desk.agent.socket(epoch, cursor) as ws:
            answer = await ws.receive_json(timeout=5)
            assert (answer["type"], answer["epoch"]) == ("reset", epoch), cursor
    async with desk.agent.socket("another", 0) as ws:
        assert (await ws.receive_json(timeout=5))["type"] == "reset"
    desk.served.change("DELETE FROM events WHERE seq <= 2")  # as the pruning does after seven days
    async with desk.agent.socket(epoch, 0) as ws:
        assert (await ws.receive_json(timeout=5))["type"] == "reset"
