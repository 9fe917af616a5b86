"""Lanes, claims and evidence on both engines (R4, R6, R8, R9, R10; G1, G5)."""

import secrets
from functools import partial

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Conflict
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import HOUR, MINUTE
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.services.settle_message import cancel_message, dismiss_message, retry_message
from forthwith.store import (
    attempts,
    conversations,
    events,
    messages,
    orphans,
    outbox,
    waiting_times,
)
from forthwith.store.database import Database
from forthwith.store.outbox import Claim
from tests.store.conftest import NOW, open_conversation


def client_id() -> str:
    return f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"


async def send(db: Database, ana: Agent, conversation_id: str, words: str) -> MessageRow:
    command = SendMessage(client_id(), words)
    return (await accept_message(db, ana, conversation_id, command, NOW))[0]


async def claim(db: Database, owner: str = "worker-1", now: int = NOW) -> list[Claim]:
    return await db.write(
        lambda tx: outbox.claim_lanes(tx, owner, now, lease=30_000, stale_after=600_000, limit=10)
    )


async def record(
    db: Database, row: MessageRow, evidence: Attempt, wamid: str | None = None
) -> bool:
    return await db.write(lambda tx: attempts.record(tx, row.id, 1, evidence, NOW, wamid))


async def now_of(db: Database, row: MessageRow) -> MessageRow:
    return (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]


async def test_a_lane_hands_over_in_order_and_one_at_a_time(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    rows = [await send(db, ana, conversation_id, str(number)) for number in range(3)]
    for row in rows:
        (only,) = await claim(db)
        assert only.text == row.text_content
        assert only.echo_datum == f"{row.client_id}#1"
        assert await claim(db) == []
        await record(db, row, Attempt("sent"), f"wamid.{row.pos}")
    assert await claim(db) == []


async def test_a_word_that_shows_nothing_new_changes_nothing_that_browsers_have(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    """A second failure, later than the first: noted, and neither `rev` nor anything an event would carry changes."""
    row = await send(db, ana, conversation_id, "Hi")
    await claim(db)
    await record(db, row, Attempt(failures=frozenset({Failure(1, "131026")})))
    before = await now_of(db, row)
    evidence = Attempt(failures=frozenset({Failure(2, "131047")}))
    assert await db.write(lambda tx: attempts.record(tx, row.id, 1, evidence, NOW + HOUR))
    assert await now_of(db, row) == before


async def test_lanes_go_side_by_side(db: Database, ana: Agent, conversation_id: str) -> None:
    other = await open_conversation(db, ana, "447700900226")
    for where in (conversation_id, other, conversation_id):
        await send(db, ana, where, "Hi")
    assert {each.conversation_id for each in await claim(db)} == {conversation_id, other}


async def test_a_message_put_off_holds_its_followers(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    first = await send(db, ana, conversation_id, "1")
    await send(db, ana, conversation_id, "2")
    (only,) = await claim(db)
    await db.write(lambda tx: outbox.put_off(tx, only, NOW, NOW + 4_000))
    assert await claim(db, now=NOW + 3_999) == []
    (again,) = await claim(db, now=NOW + 4_000)
    assert (again.message_id, again.attempt, again.put_off) == (first.id, 1, 1)


async def test_the_claim_of_a_dead_owner_is_doubted_then_unconfirmed_and_never_sent_again(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    first = await send(db, ana, conversation_id, "1")
    second = await send(db, ana, conversation_id, "2")
    await claim(db, "worker-dead")
    until = NOW + 60_000
    await db.write(lambda tx: waiting_times.doubt_abandoned(tx, "worker-2", True, NOW, until))
    assert await claim(db, "worker-2", NOW + 59_000) == []
    assert await db.write(lambda tx: waiting_times.lapse(tx, NOW + 60_000)) == 1
    assert (await now_of(db, first)).status == "unconfirmed"
    (follower,) = await claim(db, "worker-2", NOW + 60_000)
    assert follower.message_id == second.id


async def test_a_living_owners_claim_is_left_alone_until_its_lease_ends(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await send(db, ana, conversation_id, "1")
    await claim(db, "worker-1")

    async def doubted(now: int) -> int:
        return await db.write(
            lambda tx: waiting_times.doubt_abandoned(tx, "worker-2", False, now, now + 60_000)
        )

    assert await doubted(NOW + 29_999) == 0
    assert await doubted(NOW + 30_001) == 1


async def test_an_unconfirmed_message_resolves_by_itself_when_whatsapp_names_it(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    await record(db, row, Attempt(lapsed=True))
    await record(db, row, Attempt("delivered"), "wamid.1")
    now = await now_of(db, row)
    assert (now.status, now.wamid) == ("delivered", "wamid.1")


async def test_send_again_is_the_next_attempt_of_the_same_row(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    await record(db, row, Attempt(lapsed=True))
    again = await retry_message(db, ana, row.client_id, client_id(), NOW + HOUR)
    assert (again.id, again.status) == (row.id, "sending")
    (second,) = await claim(db, now=NOW + HOUR)
    assert second.echo_datum == f"{row.client_id}#2"
    await record(db, row, Attempt("read"), "wamid.of-the-first")
    assert (await now_of(db, row)).status == "read"


async def test_repeats_change_nothing_and_make_no_event(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    assert await record(db, row, Attempt("read"), "wamid.1")
    seq = await db.read(events.newest_seq)
    for evidence in (Attempt("read"), Attempt("sent"), Attempt("delivered")):
        await record(db, row, evidence, "wamid.1")
    assert await db.read(events.newest_seq) == seq
    assert (await now_of(db, row)).status == "read"


async def test_statuses_that_came_before_the_wamid_was_known_are_adopted(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    for status in ("delivered", "sent"):
        orphan = partial(orphans.add, wamid="wamid.1", failures=frozenset(), now=NOW)
        await db.write(partial(orphan, status=status))
    await record(db, row, Attempt("sent"), "wamid.1")
    assert (await now_of(db, row)).status == "delivered"


async def test_a_failure_counts_as_unsent_until_one_agent_settles_it(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    failure = Failure(NOW // 1_000, "131026", "Message undeliverable", "undeliverable")
    await record(db, row, Attempt(failures=frozenset({failure})))
    failed = await now_of(db, row)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "undeliverable")
    assert failed.error.params == {"whatsapp_code": 131026}
    assert await unsent(db, conversation_id) == 1
    await dismiss_message(db, ana, row.client_id, NOW)
    assert await unsent(db, conversation_id) == 0
    with pytest.raises(Conflict):
        await dismiss_message(db, ana, row.client_id, NOW)


async def test_retrying_a_failed_message_makes_one_new_message(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    await record(db, row, Attempt(failures=frozenset({Failure(1, "131026")})))
    new = await retry_message(db, ana, row.client_id, client_id(), NOW)
    assert (new.retry_of, new.pos, new.status) == (row.client_id, 2, "sending")
    assert (await now_of(db, row)).dismissed_at is not None
    with pytest.raises(Conflict):
        await retry_message(db, ana, row.client_id, client_id(), NOW)


async def test_what_is_too_old_or_outside_the_window_is_returned_not_sent(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    stale = await send(db, ana, conversation_id, "1")
    assert await claim(db, now=NOW + 11 * MINUTE) == []
    late = await send(db, ana, conversation_id, "2")
    await db.write(
        lambda tx: tx.run(
            "UPDATE messages SET wanted_at = :t WHERE id = :id", t=NOW + 25 * HOUR, id=late.id
        )
    )
    assert await claim(db, now=NOW + 25 * HOUR) == []
    codes = [error.code for row in (stale, late) if (error := (await now_of(db, row)).error)]
    assert codes == ["stale", "window_closed"]


async def test_cancel_wins_before_the_claim_and_loses_after_it(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    first = await send(db, ana, conversation_id, "1")
    second = await send(db, ana, conversation_id, "2")
    await claim(db)
    with pytest.raises(Conflict):
        await cancel_message(db, ana, first.client_id, NOW)
    cancelled = await cancel_message(db, ana, second.client_id, NOW)
    assert cancelled is not None
    assert cancelled.error is not None
    assert (cancelled.status, cancelled.error.code) == ("failed", "cancelled")


async def unsent(db: Database, conversation_id: str) -> int:
    rows = await db.read(lambda tx: conversations.by_ids(tx, [conversation_id]))
    return rows[conversation_id].unsent_count
