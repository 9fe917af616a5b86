"""Lanes when something went wrong before: late callers, long waits, clocks set back, evidence that comes late (R6-R9)."""

from functools import partial

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Cancelled, Conflict, WindowClosed
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import DAY, HOUR, MINUTE
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.services.settle_message import cancel_message, retry_message
from forthwith.store import attempts, inboxes, outbox, waiting_times, wamids
from forthwith.store.database import Database
from tests.store.conftest import NOW, open_conversation
from tests.store.test_outbox import claim, client_id, now_of, record, send


async def doubt_and_lapse(db: Database, row: MessageRow) -> None:
    await claim(db)
    await record(db, row, Attempt(lapsed=True))


async def test_a_call_that_ends_after_its_lease_does_not_touch_the_next_attempt(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    (late,) = await claim(db)
    await record(db, row, Attempt(lapsed=True))
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    (second,) = await claim(db)
    await db.write(lambda tx: outbox.put_off(tx, late, NOW, NOW))
    assert await claim(db) == [], "the second attempt is still under way"
    await db.write(lambda tx: outbox.doubt(tx, late, NOW, NOW))
    assert await db.write(lambda tx: waiting_times.lapse(tx, NOW)) == 0
    await db.write(lambda tx: outbox.put_off(tx, second, NOW, NOW))
    assert [each.attempt for each in await claim(db)] == [2]


async def test_an_outcome_stored_twice_does_not_free_a_claim_made_in_between(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await send(db, ana, conversation_id, "1")
    (first,) = await claim(db)
    await db.write(lambda tx: outbox.put_off(tx, first, NOW, NOW + 500))
    assert len(await claim(db, now=NOW + 500)) == 1
    await db.write(lambda tx: outbox.put_off(tx, first, NOW, NOW + 500))
    assert await claim(db, now=NOW + 1_000) == []


async def test_what_whatsapp_holds_back_is_not_too_old_afterwards(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    other = await open_conversation(db, ana, "447700900226")
    for where in (conversation_id, conversation_id, other):
        await send(db, ana, where, "Hi")
    (inbox_id,) = ana.inbox_ids
    now = NOW
    for _ in range(40):  # twenty minutes of being held, half a minute at a time
        for each in await claim(db, now=now):
            await db.write(partial(outbox.put_off, claim=each, now=now, until=now))
        await db.write(
            partial(inboxes.pause, inbox_id=inbox_id, until=now + 30_000, reason="whatsapp 190")
        )
        now += 30_000
    claims = await claim(db, now=now)
    assert {each.conversation_id for each in claims} == {conversation_id, other}
    for each in claims:
        await db.write(
            partial(
                attempts.record, message_id=each.message_id, n=1, evidence=Attempt("sent"), now=now
            )
        )
    (follower,) = await claim(db, now=now)
    assert follower.conversation_id == conversation_id


async def test_followers_of_a_contact_written_to_too_fast_do_not_age(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    first = await send(db, ana, conversation_id, "1")
    await send(db, ana, conversation_id, "2")
    (only,) = await claim(db)
    later = NOW + 11 * MINUTE
    await db.write(lambda tx: waiting_times.stay_fresh(tx, conversation_id, later))
    await db.write(lambda tx: outbox.put_off(tx, only, NOW, later))
    assert [each.text for each in await claim(db, now=later)] == ["1"], "called before: not stale"
    await db.write(lambda tx: attempts.record(tx, first.id, 1, Attempt("sent"), later, "wamid.1"))
    assert [each.text for each in await claim(db, now=later + MINUTE)] == ["2"]


async def test_a_pause_is_never_shortened_by_a_later_answer(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await send(db, ana, conversation_id, "1")
    (inbox_id,) = ana.inbox_ids
    await db.write(lambda tx: inboxes.pause(tx, inbox_id, NOW + 60_000, "whatsapp 130429"))
    await db.write(lambda tx: inboxes.pause(tx, inbox_id, NOW + 1_000, "whatsapp 4"))
    await db.write(lambda tx: inboxes.fall_silent(tx, inbox_id, NOW + 70_000))
    assert await claim(db, now=NOW + 60_000) == []
    await db.write(lambda tx: inboxes.fall_silent(tx, inbox_id, None))
    assert await claim(db, now=NOW + 59_999) == []
    assert len(await claim(db, now=NOW + 60_000)) == 1


async def test_a_clock_set_back_a_day_delays_nothing_by_a_day(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    other = await open_conversation(db, ana, "447700900226")
    third = await open_conversation(db, ana, "447700900227")
    rows = [await send(db, ana, where, "Hi") for where in (conversation_id, other, third)]
    claims = {each.message_id: each for each in await claim(db, now=NOW)}
    (inbox_id,) = ana.inbox_ids
    await db.write(lambda tx: outbox.put_off(tx, claims[rows[0].id], NOW, NOW + 500))
    await db.write(lambda tx: outbox.doubt(tx, claims[rows[1].id], NOW, NOW + 60_000))
    await db.write(lambda tx: inboxes.pause(tx, inbox_id, NOW + 30_000, "whatsapp 190"))
    yesterday = NOW - DAY
    await db.write(lambda tx: waiting_times.draw_near(tx, yesterday + MINUTE))
    now = yesterday + MINUTE + 1
    assert [each.message_id for each in await claim(db, now=now)] == [rows[0].id]
    assert await db.write(lambda tx: waiting_times.lapse(tx, now)) == 1
    assert (
        await db.write(lambda tx: waiting_times.doubt_abandoned(tx, "worker-1", False, now, now))
        == 1
    )


async def test_word_of_the_first_attempt_stops_the_second_before_it_leaves(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, row)
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    await record(db, row, Attempt("delivered"), "wamid.1")
    assert await claim(db) == []
    assert (await now_of(db, row)).status == "delivered"


async def test_word_of_the_first_attempt_also_stops_a_second_that_was_put_off(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, row)
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    (second,) = await claim(db)
    await record(db, row, Attempt("delivered"), "wamid.1")
    await db.write(lambda tx: outbox.put_off(tx, second, NOW, NOW))
    assert await claim(db) == []
    assert await db.read(waiting_times.next_due_at) is None


async def test_a_first_attempt_that_arrived_and_then_failed_ends_failed_not_sending_for_ever(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, row)
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    await record(db, row, Attempt("sent"), "wamid.1")
    assert (await now_of(db, row)).wamid == "wamid.1"
    await record(db, row, Attempt(failures=frozenset({Failure(1, "131026")})), "wamid.1")
    now = await now_of(db, row)
    assert (now.status, now.wamid) == ("failed", "wamid.1")


async def test_bad_word_of_the_first_attempt_does_not_stop_the_second(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, row)
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    await record(db, row, Attempt(failures=frozenset({Failure(1, "131026")})), "wamid.1")
    assert [each.attempt for each in await claim(db)] == [2]


async def test_what_may_have_arrived_once_cannot_be_cancelled_any_more(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, row)
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    with pytest.raises(Conflict):
        await cancel_message(db, ana, row.client_id, NOW)


async def test_a_failed_message_is_not_retried_under_an_id_that_was_taken_back(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    await record(db, row, Attempt(failures=frozenset({Failure(1, "131026")})))
    taken_back = client_id()
    assert await cancel_message(db, ana, taken_back, NOW) is None
    with pytest.raises(Cancelled):
        await retry_message(db, ana, row.client_id, taken_back, NOW)
    assert (await now_of(db, row)).dismissed_at is None


@pytest.mark.parametrize(
    "ending", [Attempt(lapsed=True), Attempt(failures=frozenset({Failure(1, "1")}))]
)
async def test_nothing_is_retried_once_the_window_has_closed(
    db: Database, ana: Agent, conversation_id: str, ending: Attempt
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await claim(db)
    await record(db, row, ending)
    before = await now_of(db, row)
    with pytest.raises(WindowClosed):
        await retry_message(db, ana, row.client_id, client_id(), NOW + 25 * HOUR)
    assert await now_of(db, row) == before


async def test_a_quote_by_message_id_reaches_whatsapp_as_well(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    first = await send(db, ana, conversation_id, "1")
    await claim(db)
    await record(db, first, Attempt("sent"), "wamid.1")
    await accept_message(
        db, ana, conversation_id, SendMessage(client_id(), "2", reply_to=first.id), NOW
    )
    (answer,) = await claim(db)
    assert answer.reply_to_wamid == "wamid.1"


async def test_a_quote_names_the_attempt_that_whatsapp_knows(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    """wamids belong to attempts: the newest may have none while an older one has arrived (R6)."""
    first = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, first)
    await retry_message(db, ana, first.client_id, client_id(), NOW)
    await claim(db)
    await record(db, first, Attempt("sent"), "wamid.of-the-first")
    second = partial(attempts.record, message_id=first.id, n=2, now=NOW)
    await db.write(partial(second, evidence=Attempt(failures=frozenset({Failure(1, "131026")}))))

    async def quoted() -> str | None:
        quoting = SendMessage(client_id(), "2", reply_to=first.client_id)
        row, _ = await accept_message(db, ana, conversation_id, quoting, NOW)
        (answer,) = await claim(db)
        await record(db, row, Attempt("sent"))
        return answer.reply_to_wamid

    assert await quoted() == "wamid.of-the-first"
    await db.write(partial(second, evidence=Attempt("sent"), wamid="wamid.of-the-second"))
    assert await quoted() == "wamid.of-the-second"
    for wamid in ("wamid.of-the-first", "wamid.of-the-second"):
        named = await db.read(partial(wamids.client_id_of_wamid, wamid=wamid))
        assert named == first.client_id, "and so does a contact's quote of either"


async def test_a_repetition_too_old_to_be_sent_leaves_the_doubt_as_it_was(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send(db, ana, conversation_id, "1")
    await doubt_and_lapse(db, row)
    await retry_message(db, ana, row.client_id, client_id(), NOW)
    assert await claim(db, now=NOW + 11 * MINUTE) == []
    now = await now_of(db, row)
    assert (now.status, now.error and now.error.code) == ("unconfirmed", "stale")


async def test_the_lane_that_has_waited_longest_goes_first(db: Database, ana: Agent) -> None:
    phones = [f"44770090{number:04}" for number in (7, 3, 9, 1, 5)]
    lanes = [await open_conversation(db, ana, phone) for phone in phones]
    for number, lane in enumerate(lanes):
        await accept_message(db, ana, lane, SendMessage(client_id(), "Hi"), NOW + number)
    claimed = [
        (await db.write(lambda tx: outbox.claim_lanes(tx, "w", NOW + 10, 30_000, 600_000, 1)))[0]
        for _ in lanes
    ]
    assert [each.conversation_id for each in claimed] == lanes


async def test_old_messages_of_a_lane_are_returned_one_a_round_until_none_is_left(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    rows = [await send(db, ana, conversation_id, str(number)) for number in range(5)]
    for row in rows:
        assert await claim(db, now=NOW + 11 * MINUTE) == []
        assert (await now_of(db, row)).status == "failed"
    assert await db.read(waiting_times.next_due_at) is None
