"""The newest part of the log is in memory, bounded by count and by bytes; the rest is read from the store."""

import secrets

import pytest

from forthwith.domain.agent import Agent
from forthwith.protocol.shapes import SendMessage
from forthwith.realtime import encoded_events, event_log
from forthwith.realtime.event_log import EventLog
from forthwith.services.accept_message import accept_message
from forthwith.store.database import Database
from tests.store.conftest import NOW, ana, conversation_id, db, rings

__all__ = ["ana", "conversation_id", "db", "rings"]


async def say(db: Database, ana: Agent, conversation_id: str, text: str) -> None:
    command = SendMessage(f"optimistic-{NOW}-{secrets.token_urlsafe(16)}", text)
    await accept_message(db, ana, conversation_id, command, NOW)


async def everything_after(log: EventLog, seq: int) -> list[int]:
    """As a socket that resumes: batch by batch."""
    seen: list[int] = []
    while batch := await log.after(seq):
        seen += [event.seq for event in batch]
        seq = seen[-1]
    return seen


@pytest.mark.parametrize(
    ("bound", "value"), [("KEPT", 5), ("KEPT_BYTES", 40_000), ("PAGE", 3), ("PAGE_BYTES", 10_000)]
)
async def test_nobody_misses_an_event_whatever_the_bounds(
    db: Database,
    ana: Agent,
    conversation_id: str,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    value: int,
) -> None:
    for module in (encoded_events, event_log):
        monkeypatch.setattr(module, bound, value, raising=False)
    log = EventLog(db)
    await log.open()
    for number in range(20):
        await say(db, ana, conversation_id, "Ü" * (4_000 if number % 2 else 10))
        if number % 3 == 0:
            await log.catch_up()
    await log.catch_up()
    assert log.head == 20
    for start in range(20):
        assert await everything_after(log, start) == list(range(start + 1, 21)), start


async def test_large_texts_are_kept_by_their_bytes_not_by_their_count(
    db: Database, ana: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event with its text of 12 kB twice: in the message, and as the last one of its conversation."""
    monkeypatch.setattr(event_log, "KEPT_BYTES", 200_000)
    log = EventLog(db)
    for _ in range(20):
        await say(db, ana, conversation_id, "€" * 4_000)
    await log.catch_up()
    kept = next(batch for seq in range(20) if (batch := log.recent(seq)))
    assert 150_000 < sum(len(event.rest) for event in kept) <= 200_000
    assert kept[-1].seq == 20
    assert await everything_after(log, 0) == list(range(1, 21))


async def test_a_log_that_starts_again_at_the_end_leaves_nothing_out(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    """As it does while no socket is open."""
    log = EventLog(db)
    for step in (log.catch_up, log.open, log.catch_up):
        for _ in range(3):
            await say(db, ana, conversation_id, "Hello")
        await step()
        for start in range(log.head):
            assert await everything_after(log, start) == list(range(start + 1, log.head + 1))
    assert (log.head, log.recent(5), len(log.recent(6))) == (9, [], 3)


async def test_a_page_of_large_texts_is_short(
    db: Database, ana: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoded_events, "PAGE_BYTES", 60_000)
    log = EventLog(db)
    for _ in range(10):
        await say(db, ana, conversation_id, "€" * 4_000)
    await log.open()
    assert [event.seq for event in await log.after(0)] == [1, 2, 3]
