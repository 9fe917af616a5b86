"""Live is resume that has caught up: no gap, no wrong prev_seq, whatever happens in between (R2, R12, R13; G6)."""

import asyncio
import random
from itertools import pairwise
from typing import Any

import pytest

from forthwith.realtime.event_log import EventLog
from forthwith.store import events
from tests.api.conftest import Browser
from tests.realtime.conftest import Desk, connected, resume


def assert_unbroken(found: list[dict[str, Any]], after: int) -> None:
    assert found[0]["prev_seq"] == after
    assert all(later["prev_seq"] == earlier["seq"] for earlier, later in pairwise(found))


async def test_whoever_resumes_amid_commits_misses_nothing(desk: Desk, ana: Browser) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(120):  # more than the log keeps in memory
        desk.say()
    last = 300

    async def reader(begins_at: int) -> list[dict[str, Any]]:
        await asyncio.sleep(chance.uniform(0, 0.3))
        async with connected(ana, resume(desk, begins_at)) as socket:
            assert (await socket.frame())["type"] == "welcome"
            return await socket.events(last)

    cursors = [chance.randrange(120) for _ in range(10)]
    readers = [asyncio.create_task(reader(each)) for each in cursors]
    while desk.head() < last:
        await asyncio.to_thread(desk.say)
    for cursor, found in zip(cursors, await asyncio.gather(*readers), strict=True):
        assert [each["seq"] for each in found] == list(range(cursor + 1, last + 1))
        assert_unbroken(found, cursor)


async def test_events_of_other_inboxes_are_passed_over_and_the_chain_holds(
    desk: Desk, ana: Browser
) -> None:
    first = desk.say()
    for _ in range(3):
        desk.say(elsewhere=True)
    second = desk.say()
    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        found = await socket.events(second)
        assert [each["seq"] for each in found] == [first, second]
        assert_unbroken(found, 0)
        unseen = desk.say(elsewhere=True)
        while (heartbeat := await socket.frame_of("heartbeat"))["seq"] < unseen:
            pass
        assert heartbeat["seq"] == unseen, "everything up to there that she may see was sent"
        assert heartbeat["prev_seq"] == second, "and this was the last of it"
        third = desk.say()
        (event,) = await socket.events(third)
    assert event["prev_seq"] == second


async def test_heartbeats_come_while_only_unseen_events_do(desk: Desk, ana: Browser) -> None:
    async with connected(ana, resume(desk)) as socket:
        await socket.frame_of("welcome")
        stop = asyncio.Event()

        async def chatter() -> None:
            while not stop.is_set():
                await asyncio.to_thread(desk.say, elsewhere=True)

        talking = asyncio.create_task(chatter())
        heartbeats = [(await socket.frame_of("heartbeat"))["seq"] for _ in range(3)]
        stop.set()
        await talking
    assert heartbeats == sorted(set(heartbeats)), "each further than the one before"


async def test_a_heartbeat_names_where_the_browser_stands_before_anything_was_sent(
    desk: Desk, ana: Browser
) -> None:
    """So that one swallowed frame is enough to be noticed, be it the very first (R13)."""
    first, head = desk.say(), desk.say()
    for begin, start in ((resume(desk, first), first), (resume(desk, first, "another"), head)):
        async with connected(ana, begin) as socket:
            heartbeat = await socket.frame_of("heartbeat")
            sent = [] if start == head else [head]
            assert heartbeat == {
                "type": "heartbeat",
                "seq": head,
                "prev_seq": sent[-1] if sent else start,
            }
    async with connected(ana, resume(desk, head)) as socket:
        assert (await socket.frame_of("heartbeat"))["prev_seq"] == head


async def test_a_change_of_inboxes_is_a_reset_and_the_socket_goes_on(
    desk: Desk, ana: Browser
) -> None:
    seen = desk.say()
    async with connected(ana, resume(desk)) as socket:
        await socket.events(seen)
        desk.join()
        desk.edge.clock.advance(10_000)
        reset = await socket.frame_of("reset")
        assert reset == {"type": "reset", "epoch": desk.epoch, "seq": seen}
        new = desk.say(elsewhere=True)
        (event,) = await socket.events(new)
    assert (event["prev_seq"], event["message"]["text_content"]) == (seen, "Hi")


async def test_a_cursor_older_than_what_is_kept_is_a_reset(desk: Desk, ana: Browser) -> None:
    for _ in range(5):
        desk.say()
    desk.edge.do(desk.edge.context.db.write(lambda tx: tx.run("DELETE FROM events WHERE seq < 4")))
    for seq, answer in ((0, "reset"), (2, "reset"), (3, "welcome"), (5, "welcome"), (6, "reset")):
        async with connected(ana, resume(desk, seq)) as socket:
            assert (await socket.frame())["type"] == answer, seq
    desk.edge.do(desk.edge.context.db.write(lambda tx: tx.run("DELETE FROM events")))
    for seq, answer in ((4, "reset"), (5, "welcome")):
        async with connected(ana, resume(desk, seq)) as socket:
            assert (await socket.frame())["type"] == answer, seq


async def test_what_is_pruned_during_a_replay_is_a_reset_not_a_gap(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(80):
        desk.say()

    async def before_the_pruning(_: EventLog) -> int:
        return 0

    monkeypatch.setattr(EventLog, "oldest_kept", before_the_pruning)
    desk.edge.do(
        desk.edge.context.db.write(lambda tx: tx.run("DELETE FROM events WHERE seq <= 10"))
    )
    async with connected(ana, resume(desk, 5)) as socket:
        assert (await socket.frame())["type"] == "welcome"
        assert await socket.frame() == {"type": "reset", "epoch": desk.epoch, "seq": 10}
        found = await socket.events(80)
    assert_unbroken(found, 10)
    assert desk.edge.do(desk.edge.context.db.read(events.oldest_kept_seq)) == 10
