"""Live events are framed once for all sockets, and written to those that are idle without waking their tasks (R2, R13)."""

import asyncio
import contextlib
import re

import pytest
from websockets.frames import Frame, Opcode

from forthwith.realtime import websocket_service
from forthwith.realtime.connection import Connection
from forthwith.realtime.frames import to_wire
from tests.api.conftest import Browser
from tests.realtime.conftest import Desk, connected, resume
from tests.realtime.test_sockets import raw_socket
from tests.rig import eventually


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_is_on_the_line_as_websockets_would_write_it(size: int) -> None:
    text = "x" * (size - 2) + "é" if size > 1 else "x" * size
    assert to_wire(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


async def test_a_live_event_wakes_no_task_of_an_idle_socket(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_tasks: list[str] = []
    send = Connection.send

    async def noted(connection: Connection, frame: str, within_seconds: float) -> None:
        by_tasks.append(frame)
        await send(connection, frame, within_seconds)

    monkeypatch.setattr(Connection, "send", noted)
    async with connected(ana, resume(desk, desk.head())) as socket:
        await socket.frame_of("welcome")
        await asyncio.sleep(0.1)
        seqs = [desk.say(), desk.say(elsewhere=True), desk.say("Again"), desk.say("And again")]
        found = [(each["seq"], each["prev_seq"]) for each in await socket.events(seqs[-1])]
        heard = await socket.frame_of("heartbeat")
    assert found == [(seqs[0], 0), (seqs[2], seqs[0]), (seqs[3], seqs[2])]
    assert heard["seq"] == seqs[-1]
    assert not any('"conversation_id"' in frame for frame in by_tasks)


async def test_a_line_that_was_full_for_a_while_brings_everything_once(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Part of it is written at once and the rest by its task: nothing is left out, doubled or overtaken."""
    monkeypatch.setattr(websocket_service, "SLOW_SECONDS", 8.0)
    with raw_socket(ana, desk) as slow:
        last = [desk.say("🚲" * 4_096) for _ in range(120)][-1]
        slow.setblocking(False)
        read = bytearray()

        async def has_the_last() -> bool:
            with contextlib.suppress(BlockingIOError):
                while part := slow.recv(65_536):
                    read.extend(part)
            return b'{"seq":%d,"prev_seq"' % last in read

        await eventually(has_the_last)
    found = [int(seq) for seq in re.findall(rb'\{"seq":(\d+),"prev_seq"', read)]
    assert found == list(range(1, last + 1))


async def test_nothing_is_written_beside_a_task_that_is_sending(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, write = Connection.send, Connection.write
    refused: list[bytes] = []

    async def slowly(connection: Connection, frame: str, within_seconds: float) -> None:
        if '"conversation_id"' in frame:
            await asyncio.sleep(0.3)
        await send(connection, frame, within_seconds)

    def full_at_first(connection: Connection, wire: bytes) -> bool:
        if not refused:
            refused.append(wire)
            return False
        return write(connection, wire)

    monkeypatch.setattr(Connection, "send", slowly)
    monkeypatch.setattr(Connection, "write", full_at_first)
    async with connected(ana, resume(desk, desk.head())) as socket:
        await socket.frame_of("welcome")
        await asyncio.sleep(0.1)
        seqs = [desk.say(), desk.say("While the first is being sent")]
        await asyncio.sleep(0.5)
        seqs.append(desk.say("Later"))
        assert [each["seq"] for each in await socket.events(seqs[-1])] == seqs
    assert refused
