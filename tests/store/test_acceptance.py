"""Accepting a message: once per client_id, numbered without gaps, on both engines (R1, R2, R3, R5; G2)."""

import asyncio
import secrets
from functools import partial

import apsw
import asyncpg
import pytest
from msgspec import UNSET

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Cancelled, Conflict, Invalid, NotFound, WindowClosed
from forthwith.domain.times import HOUR, MINUTE, SECOND
from forthwith.protocol.shapes import Crossing, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.services.settle_message import cancel_message
from forthwith.store import events, messages
from forthwith.store.database import Database, Transaction
from tests.store.conftest import NOW, open_conversation


def client_id() -> str:
    return f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"


def text(words: str, known: str | None = None, **more: object) -> SendMessage:
    return SendMessage(known or client_id(), words, **more)  # type: ignore[arg-type]  # test shorthand


async def test_the_same_post_a_hundred_times_in_parallel_is_one_row(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    command = text("Hello")
    answers = await asyncio.gather(
        *(accept_message(db, ana, conversation_id, command, NOW) for _ in range(100))
    )
    assert [stored for _, stored in answers].count(True) == 1
    assert len({row.id for row, _ in answers}) == 1
    assert len(await db.read(lambda tx: messages.page(tx, conversation_id, None, 10))) == 1
    assert len(await db.read(lambda tx: events.read_after(tx, 0, 10))) == 1


async def test_the_table_itself_refuses_a_second_row_of_one_id(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    """Whoever forgets to look first: the index is the promise, and it has no lifetime."""
    row, _ = await accept_message(db, ana, conversation_id, text("Hello"), NOW)
    for column in ("client_id", "retry_of"):
        with pytest.raises((apsw.ConstraintError, asyncpg.UniqueViolationError)):
            await db.write(partial(copy_row, source=row.id, same=column))


async def copy_row(tx: Transaction, source: str, same: str) -> None:
    """Another row like it, alike in one column that must be unique and different in the others."""
    await tx.run("UPDATE messages SET retry_of = 'optimistic-1' WHERE id = :id", id=source)
    row = await tx.one("SELECT * FROM messages WHERE id = :id", id=source)
    assert row is not None
    copy = {**row, "id": "message-2", "pos": 99, "client_id": "other", "retry_of": "other"}
    copy[same] = row[same]
    columns = ", ".join(copy)
    await tx.run(
        f"INSERT INTO messages ({columns}) VALUES ({', '.join(f':{name}' for name in copy)})",
        **copy,
    )


async def test_another_body_under_the_same_id_is_a_conflict(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    first = text("Hello")
    row, _ = await accept_message(db, ana, conversation_id, first, NOW)
    ben = Agent("agent-ben", "ben@demo.example", "Ben", ana.inbox_ids)
    elsewhere = await open_conversation(db, ana, "447700900226")
    for agent, where, command in (
        (ana, conversation_id, text("Hullo", first.client_id)),
        (ana, conversation_id, text("Hello", first.client_id, reply_to=row.client_id)),
        (ana, elsewhere, first),
        (ben, conversation_id, first),
    ):
        with pytest.raises(Conflict):
            await accept_message(db, agent, where, command, NOW)
    again = text("Hello", first.client_id, seen_pos=7)
    assert (await accept_message(db, ana, conversation_id, again, NOW))[1] is False


async def test_pos_and_seq_have_no_gaps_even_when_neighbours_are_refused(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    nobody = Agent("agent-x", "x@demo.example", "X", frozenset())
    calls = []
    for number in range(40):
        who = nobody if number % 3 == 0 else ana
        calls.append(accept_message(db, who, conversation_id, text(str(number)), NOW))
    results = await asyncio.gather(*calls, return_exceptions=True)
    stored = [each for each in results if isinstance(each, tuple)]
    assert sum(isinstance(each, NotFound) for each in results) == 14
    assert [row.pos for row, _ in stored] == list(range(1, 27))
    log = await db.read(lambda tx: events.read_after(tx, 0, 100))
    assert [event.seq for event in log] == list(range(1, 27))


async def test_free_text_is_refused_only_when_the_window_is_certainly_closed(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await accept_message(db, ana, conversation_id, text("Late"), NOW + 24 * HOUR + 4 * MINUTE)
    with pytest.raises(WindowClosed):
        await accept_message(db, ana, conversation_id, text("Late"), NOW + 24 * HOUR + 6 * MINUTE)


async def test_a_late_post_of_a_cancelled_id_is_not_stored(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    command = text("Never mind")
    assert await cancel_message(db, ana, command.client_id, NOW) is None
    with pytest.raises(Cancelled):
        await accept_message(db, ana, conversation_id, command, NOW)


async def test_an_answer_that_another_agent_crossed_says_whose_and_when(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    ben, cleo = (Agent(f"agent-{name}", "", name, ana.inbox_ids) for name in ("Ben", "Cleo"))
    say = partial(accept_message, db, conversation_id=conversation_id)
    first, _ = await say(ben, command=text("We close at six."), now=NOW)
    await say(cleo, command=text("Six o'clock."), now=NOW + SECOND)
    mine, _ = await say(ana, command=text("Hello", seen_pos=0), now=NOW + 4 * SECOND)
    seen, _ = await say(ana, command=text("Six.", seen_pos=mine.pos), now=NOW + 5 * SECOND)
    assert (mine.crossed, mine.crossed_by) == (True, Crossing("Ben", first.created_at))
    for row in (first, seen):
        assert (row.crossed, row.crossed_by) == (False, UNSET)
    again, _ = await say(ana, command=text("Hello", mine.client_id), now=NOW + HOUR)
    assert again.crossed_by == mine.crossed_by


async def test_only_another_agents_message_that_stands_crosses_an_answer(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    """Not one's own, not the contact's, not one that was returned to its agent."""
    ben = Agent("agent-ben", "", "Ben", ana.inbox_ids)
    say = partial(accept_message, db, conversation_id=conversation_id, now=NOW)
    await say(ana, command=text("Mine"))
    returned, _ = await say(ben, command=text("His"))
    await cancel_message(db, ben, returned.client_id, NOW)
    row, _ = await say(ana, command=text("Hello", seen_pos=0))
    unsaid, _ = await say(ana, command=text("Hello"))
    assert (row.crossed, unsaid.crossed) == (False, False)


@pytest.mark.parametrize("words", ["", "   ", "\u200b\u2060", "\n\t", "x" * 4_097])
async def test_text_without_anything_to_see_or_too_long_is_invalid(
    db: Database, ana: Agent, conversation_id: str, words: str
) -> None:
    with pytest.raises(Invalid):
        await accept_message(db, ana, conversation_id, text(words), NOW)


async def test_four_thousand_ninety_six_astral_characters_are_accepted(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await accept_message(db, ana, conversation_id, text("🚲" * 4_096), NOW)


async def test_conversations_are_numbered_apart(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    other = await open_conversation(db, ana, "447700900226")
    rows = [
        (await accept_message(db, ana, where, text("Hi"), NOW))[0].pos
        for where in (conversation_id, other, conversation_id, other)
    ]
    assert rows == [1, 1, 2, 2]
