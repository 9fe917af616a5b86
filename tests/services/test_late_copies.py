"""What arrives late, a second time or forged changes nothing that somebody was told (R5, R17, §3; G1)."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import (
    Cancelled,
    Conflict,
    Invalid,
    NotFound,
    Refusal,
    WindowClosed,
)
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import DAY, SECOND
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.services.prune_store import ROWS_AT_ONCE
from forthwith.services.settle_message import (
    cancel_message,
    dismiss_message,
    find_message,
    retry_message,
)
from forthwith.store import attempts, messages, tombstones
from forthwith.store.database import Database, Transaction
from tests.store.conftest import NOW, open_conversation
from tests.store.test_outbox import claim, client_id, now_of, record, send

LAPSED = Attempt(lapsed=True)
FAILED = Attempt(failures=frozenset({Failure(1, "131026", "", "undeliverable")}))


@pytest.fixture
def ben(ana: Agent) -> Agent:
    return Agent("agent-ben", "ben@demo.example", "Ben", ana.inbox_ids)


async def refused(call: Callable[[], Awaitable[object]]) -> Refusal:
    with pytest.raises(Refusal) as raised:
        await call()
    return raised.value


async def opens(db: Database, conversation_id: str, at: int) -> None:
    """The contact writes, or (long ago) has not for a while."""
    await db.write(
        lambda tx: tx.run(
            "UPDATE conversations SET last_inbound_at = :at WHERE id = :id",
            at=at,
            id=conversation_id,
        )
    )


async def test_a_post_refused_for_a_closed_window_is_refused_when_it_is_open_again(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    command = SendMessage(client_id(), "Hello")
    post = partial(accept_message, db, ana, conversation_id, command)
    await opens(db, conversation_id, NOW - 2 * DAY)
    assert isinstance(await refused(partial(post, NOW)), WindowClosed)
    await opens(db, conversation_id, NOW)
    assert isinstance(await refused(partial(post, NOW)), WindowClosed)
    assert await db.read(lambda tx: messages.page(tx, conversation_id, None, 10)) == []
    lifted = await send(db, ana, conversation_id, "Hello")
    assert lifted.pos == 1, "the same text under its new id"


async def test_a_post_refused_to_a_stranger_is_refused_when_they_have_joined(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    outside = Agent(ana.id, ana.email, ana.name)
    command = SendMessage(client_id(), "Hello")
    for agent in (outside, ana):
        call = partial(accept_message, db, agent, conversation_id, command, NOW)
        assert isinstance(await refused(call), NotFound)


async def test_a_refusal_said_again_says_the_same(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    quoted = client_id()
    command = SendMessage(client_id(), "Yes", reply_to=quoted)
    post = partial(accept_message, db, ana, conversation_id, command, NOW)
    first = await refused(post)
    await accept_message(db, ana, conversation_id, SendMessage(quoted, "Shall I?"), NOW)
    second = await refused(post)
    assert isinstance(second, Invalid)
    assert (
        (second.code, second.params)
        == (first.code, first.params)
        == (
            "invalid_body",
            {"field": "reply_to"},
        )
    )


async def test_who_asks_for_a_refused_id_learns_that_there_is_no_row(
    db: Database, ana: Agent, ben: Agent, conversation_id: str
) -> None:
    """404, and posting again tells the reason (R17); only what its own agent took back is 410."""
    closed, taken_back = client_id(), client_id()
    await opens(db, conversation_id, NOW - 2 * DAY)
    command = SendMessage(closed, "Hello")
    await refused(partial(accept_message, db, ana, conversation_id, command, NOW))
    await cancel_message(db, ana, taken_back, NOW)
    for agent, asked, answer in (
        (ana, closed, NotFound),
        (ana, taken_back, Cancelled),
        (ben, taken_back, NotFound),
    ):
        find = partial(find_message, agent=agent, client_id=asked)
        with pytest.raises(answer):
            await db.read(find)
    await cancel_message(db, ana, closed, NOW)
    with pytest.raises(Cancelled):
        await db.read(partial(find_message, agent=ana, client_id=closed))


async def test_nobody_can_bar_an_id_of_somebody_else(
    db: Database, ana: Agent, ben: Agent, conversation_id: str
) -> None:
    command = SendMessage(client_id(), "Hello")
    await cancel_message(db, ben, command.client_id, NOW)
    await refused(partial(accept_message, db, ben, "nowhere", command, NOW))
    await refused(partial(retry_message, db, ben, "nothing", command.client_id, NOW))
    _, stored_now = await accept_message(db, ana, conversation_id, command, NOW)
    assert stored_now


async def test_what_an_older_server_has_noted_still_counts(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    command = SendMessage(client_id(), "Never mind")
    await db.write(
        lambda tx: tx.run(
            "INSERT INTO tombstones (client_id, created_at) VALUES (:id, :now)",
            id=command.client_id,
            now=NOW,
        )
    )
    post = partial(accept_message, db, ana, conversation_id, command, NOW)
    assert isinstance(await refused(post), Cancelled)


async def test_of_each_agent_the_newest_refusals_are_kept(
    db: Database, ana: Agent, ben: Agent
) -> None:
    """A flood pushes out only what its own maker was told."""
    ids = [client_id() for _ in range(9)]
    for number, each in enumerate(ids):
        await cancel_message(db, ana, each, NOW + number)
    await cancel_message(db, ben, ids[0], NOW - DAY)
    prune = partial(tombstones.prune, limit=4, kept=3)
    assert [await db.write(prune) for _ in range(3)] == [4, 2, 0]

    async def known(tx: Transaction, agent: Agent) -> list[str]:
        return [each for each in ids if await tombstones.find(tx, agent.id, each)]

    assert await db.read(partial(known, agent=ana)) == ids[-3:]
    assert await db.read(partial(known, agent=ben)) == ids[:1]
    assert await db.write(partial(tombstones.prune, limit=ROWS_AT_ONCE)) == 0


async def in_doubt(db: Database, ana: Agent, conversation_id: str) -> MessageRow:
    row = await send(db, ana, conversation_id, "Hello")
    await claim(db)
    await record(db, row, LAPSED)
    return await now_of(db, row)


async def attempt(
    db: Database, row: MessageRow, n: int, evidence: Attempt, wamid: str | None = None
) -> None:
    await db.write(lambda tx: attempts.record(tx, row.id, n, evidence, NOW, wamid))


async def count_attempts(db: Database) -> int:
    found = await db.read(lambda tx: tx.all("SELECT n FROM attempts"))
    return len(found)


async def test_a_late_copy_of_send_again_makes_no_further_attempt(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await in_doubt(db, ana, conversation_id)
    wish = partial(retry_message, db, ana, row.client_id, client_id(), NOW)
    another_wish = partial(retry_message, db, ana, row.client_id, client_id(), NOW)
    first = await wish()
    assert await wish() == first, "the answer was lost, and asked for again"
    assert isinstance(await refused(another_wish), Conflict)
    await claim(db)
    assert await wish() == first
    await attempt(db, row, 2, LAPSED)
    assert (await wish()).status == "unconfirmed"
    assert await claim(db) == []
    assert await count_attempts(db) == 2
    again = await retry_message(db, ana, row.client_id, client_id(), NOW)
    assert (again.status, await count_attempts(db)) == ("sending", 3)


async def test_a_wish_that_needed_no_attempt_any_more_is_remembered_as_well(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    """The first attempt arrived and failed later: a late copy of *Send again* must not retry the failed message."""
    row = await in_doubt(db, ana, conversation_id)
    wish = partial(retry_message, db, ana, row.client_id, client_id(), NOW)
    await wish()
    await attempt(db, row, 1, Attempt("sent"), "wamid.1")
    await attempt(db, row, 1, FAILED)
    assert (await now_of(db, row)).status == "failed"
    assert (await wish()).status == "failed"
    assert await claim(db) == []


async def test_a_late_copy_of_retry_is_answered_with_the_message_it_made(
    db: Database, ana: Agent, ben: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "Hello")
    await claim(db)
    await record(db, row, FAILED)
    new_id = client_id()
    new = await retry_message(db, ana, row.client_id, new_id, NOW)
    assert await retry_message(db, ana, row.client_id, new_id, NOW + SECOND) == new
    for agent, wish in ((ana, client_id()), (ben, client_id()), (ben, new_id)):
        again = partial(retry_message, db, agent, row.client_id, wish, NOW)
        assert isinstance(await refused(again), Conflict)
    assert len(await db.read(lambda tx: messages.page(tx, conversation_id, None, 10))) == 2


async def test_a_wish_that_was_refused_is_refused_when_its_reason_has_passed(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await in_doubt(db, ana, conversation_id)
    too_late, second = client_id(), client_id()
    wish = partial(retry_message, db, ana, row.client_id)
    assert (await refused(partial(wish, too_late, NOW + 2 * DAY))).code == "window_closed"
    assert (await refused(partial(wish, too_late, NOW))).code == "window_closed"
    await wish(client_id(), NOW)
    assert (await refused(partial(wish, second, NOW))).code == "already_settled"
    await claim(db)
    await attempt(db, row, 2, LAPSED)
    assert (await refused(partial(wish, second, NOW))).code == "already_settled"
    assert await count_attempts(db) == 2


async def test_an_id_that_means_something_else_cannot_be_a_wish(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    elsewhere = await open_conversation(db, ana, "447700900226")
    row, other = [await in_doubt(db, ana, where) for where in (conversation_id, elsewhere)]
    used = client_id()
    await retry_message(db, ana, other.client_id, used, NOW)
    for taken in (used, other.client_id, row.client_id):
        wish = partial(retry_message, db, ana, row.client_id, taken, NOW)
        assert (await refused(wish)).code == "idempotency_conflict"
    assert await count_attempts(db) == 3


async def test_a_late_copy_of_dismiss_is_the_second_caller(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await in_doubt(db, ana, conversation_id)
    await dismiss_message(db, ana, row.client_id, NOW)
    await attempt(db, row, 1, FAILED)
    assert isinstance(
        await refused(partial(dismiss_message, db, ana, row.client_id, NOW)), Conflict
    )
