"""The flight recorder's rows on both engines: every hop once, in the statement that changes the attempt."""

import json
import logging
from functools import partial
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import DAY, SECOND
from forthwith.log import JsonLines
from forthwith.protocol.shapes import Hop, MessageRow, ReportedHop, ReportedTrace, ReportTraces
from forthwith.services.report_traces import report_traces
from forthwith.services.settle_message import cancel_message, dismiss_message, retry_message
from forthwith.store import attempts, messages, orphans, outbox, traces, waiting_times
from forthwith.store.database import Database, StorageUnavailable, Transaction
from forthwith.store.outbox import Claim
from tests.rig import eventually
from tests.store.conftest import NOW
from tests.store.test_outbox import claim, client_id, send

FAILURE = Failure(NOW // SECOND, "131047", "a detail with a number: 447700900318", "window_closed")


async def trace(db: Database, row: MessageRow) -> list[Hop]:
    async def read(tx: Transaction) -> list[Hop]:
        message = await messages.by_client_id(tx, row.client_id)
        assert message is not None
        return (await traces.read(tx, message)).hops

    return await db.read(read)


async def names(db: Database, row: MessageRow) -> list[str]:
    return [hop.name for hop in await trace(db, row)]


async def record(
    db: Database, row: MessageRow, evidence: Attempt, at: int = NOW, wamid: str = "wamid.1"
) -> bool:
    return await db.write(lambda tx: attempts.record(tx, row.id, 1, evidence, at, wamid))


@pytest.fixture
async def row(db: Database, ana: Agent, conversation_id: str) -> MessageRow:
    return await send(db, ana, conversation_id, "On its way")


async def test_a_status_is_noted_when_it_first_comes_whatever_came_before(
    db: Database, row: MessageRow
) -> None:
    await claim(db)
    for at, evidence in enumerate(
        [Attempt("sent"), Attempt("read"), Attempt("delivered"), Attempt("read"), Attempt("sent")]
    ):
        await record(db, row, evidence, NOW + at)
    hops = await trace(db, row)
    assert [hop.name for hop in hops] == ["stored", "claimed", "sent", "read", "delivered"]
    assert hops[-1].at.endswith("002Z"), "the first delivered, at its own time"


async def test_repeats_add_nothing_and_the_row_does_not_change(
    db: Database, row: MessageRow
) -> None:
    await claim(db)
    await record(db, row, Attempt("delivered", frozenset({FAILURE})))
    before, rev = await trace(db, row), (await _message(db, row)).rev
    for _ in range(100):
        assert not await record(db, row, Attempt("delivered", frozenset({FAILURE})), NOW + DAY)
    assert await trace(db, row) == before
    assert (await _message(db, row)).rev == rev
    # A hop that changes nothing else is no event and no revision either.
    assert not await record(db, row, Attempt("sent"), NOW + 1)
    assert (await _message(db, row)).rev == rev


async def _message(db: Database, row: MessageRow) -> MessageRow:
    return (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]


async def test_what_came_before_its_message_was_known_keeps_its_own_time(
    db: Database, row: MessageRow
) -> None:
    await claim(db)
    await db.write(lambda tx: orphans.add(tx, "wamid.1", "delivered", frozenset(), NOW + 5))
    await record(db, row, Attempt("sent"), NOW + 40)
    hops = await trace(db, row)
    assert [(hop.name, hop.at[-4:]) for hop in hops[2:]] == [
        ("delivered", "005Z"),
        ("sent", "040Z"),
    ]


async def test_troubles_are_told_with_code_and_until(db: Database, row: MessageRow) -> None:
    (only,) = await claim(db)
    until = NOW + 4_000
    await db.write(lambda tx: outbox.put_off(tx, only, NOW + 10, until, "paced", code=131056))
    (again,) = await claim(db, now=until)
    await db.write(lambda tx: outbox.doubt(tx, again, until + 20, until + 99, "TimeoutError"))
    await db.write(lambda tx: waiting_times.lapse(tx, until + 99))
    await record(db, row, Attempt("delivered"), until + 200)
    stored, claimed, paced, again_claimed, lost, lapsed, delivered = await trace(db, row)
    assert (paced.name, paced.code, paced.until) == ("paced", 131056, again_claimed.at)
    assert (lost.why, lost.after_ms, lost.late) == ("timeout", 20, False)
    assert (lapsed.name, delivered.name, delivered.late) == ("lapsed", "delivered", True)
    assert not any(hop.late for hop in (stored, claimed, paced, lapsed))


@pytest.mark.parametrize(
    ("detail", "why", "code"),
    [
        ("SocketTimeoutError", "timeout", None),
        ("ServerDisconnectedError", "broken", None),
        ("HTTP 502 without a readable body", "unreadable", None),
        ("WhatsApp error 131000", "fault", 131000),
    ],
)
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_how_an_answer_was_lost(
    db: Database, row: MessageRow, detail: str, why: str, code: int | None
) -> None:
    (only,) = await claim(db)
    await db.write(lambda tx: outbox.doubt(tx, only, NOW, NOW, detail))
    hop = (await trace(db, row))[-1]
    assert (hop.name, hop.why, hop.code) == ("unanswered", why, code)


async def test_an_abandoned_call_is_told(db: Database, row: MessageRow) -> None:
    await claim(db)
    await db.write(
        lambda tx: waiting_times.doubt_abandoned(tx, "worker-2", True, NOW + 900, NOW + DAY)
    )
    hop = (await trace(db, row))[-1]
    assert (hop.name, hop.why, hop.after_ms) == ("unanswered", "stopped", 900)


async def test_what_a_person_did_is_told(db: Database, ana: Agent, row: MessageRow) -> None:
    (only,) = await claim(db)
    await db.write(lambda tx: outbox.doubt(tx, only, NOW, NOW))
    await db.write(lambda tx: waiting_times.lapse(tx, NOW))
    await retry_message(db, ana, row.client_id, client_id(), NOW + 1)
    (second,) = await claim(db, now=NOW + 2)
    failed = Attempt(failures=frozenset({FAILURE}))
    await db.write(lambda tx: attempts.record(tx, row.id, 1, failed, NOW + 3, name="failed"))
    await db.write(lambda tx: attempts.record(tx, row.id, 2, failed, NOW + 4, name="refused"))
    hops = await trace(db, row)
    again = next(hop for hop in hops if hop.name == "again")
    assert (again.by, again.attempt, second.attempt) == ("Ana", 2, 2)
    refused = hops[-1]
    assert (refused.code, refused.reason) == (131047, "window_closed")
    await dismiss_message(db, ana, row.client_id, NOW + 5)
    assert (await names(db, row))[-1] == "dismissed"


async def test_a_failed_message_names_the_one_that_took_its_place(
    db: Database, ana: Agent, row: MessageRow
) -> None:
    await claim(db)
    await record(db, row, Attempt(failures=frozenset({FAILURE})))
    new = await retry_message(db, ana, row.client_id, client_id(), NOW + 1)
    assert (await names(db, row))[-2:] == ["dismissed", "retried"]
    assert await names(db, new) == ["stored"]


async def test_what_never_left_is_told_as_returned(
    db: Database, ana: Agent, row: MessageRow, conversation_id: str
) -> None:
    assert await claim(db, now=NOW + 3_600_000) == []
    (stale,) = [hop for hop in await trace(db, row) if hop.name == "returned"]
    assert stale.reason == "stale"
    taken_back = await send(db, ana, conversation_id, "Better not")
    await cancel_message(db, ana, taken_back.client_id, NOW)
    assert await names(db, taken_back) == ["stored", "returned"]


async def test_a_message_put_off_for_days_stays_small_and_still_tells_its_end(
    db: Database, row: MessageRow
) -> None:
    now = NOW
    for _ in range(150):
        (only,) = await claim(db, now=now)
        await db.write(partial(_hold, only=only, now=now))
    (only,) = await claim(db, now=now)
    await db.write(
        lambda tx: attempts.record(tx, row.id, 1, Attempt("sent"), now, "wamid.1", "accepted")
    )
    hops = await trace(db, row)
    assert 50 < len(hops) < 200
    assert hops[-1].name == "accepted"


async def _hold(tx: Transaction, only: Claim, now: int) -> None:
    await outbox.put_off(tx, only, now, now, "held", code=190)


async def test_hops_are_logged_once_committed_as_one_line_of_json(
    db: Database, ana: Agent, row: MessageRow, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "forthwith.hops")
    (only,) = await claim(db, now=NOW + 7)

    async def undone(tx: Transaction) -> None:
        await attempts.record(tx, row.id, 1, Attempt("sent"), NOW + 8, "wamid.1")
        raise StorageUnavailable("a power cut")

    async def refused(tx: Transaction) -> None:
        await attempts.record(tx, row.id, 1, Attempt("sent"), NOW + 8, "wamid.1")
        raise RuntimeError("its own fault")

    for work in (undone, refused):
        with pytest.raises((StorageUnavailable, RuntimeError)):
            await db.write(work)
    await db.write(lambda tx: outbox.put_off(tx, only, NOW + 10, NOW + 4_010, "paced", code=4))

    def logged() -> list[Any]:
        lines = [json.loads(JsonLines().format(each)) for each in caplog.records]
        return [each for each in lines if each.get("hop") in ("claimed", "sent", "paced")]

    async def is_logged() -> bool:  # a moment after the commit has been answered
        return logged()[-1:] != [] and logged()[-1]["hop"] == "paced"

    await eventually(is_logged)
    lines = logged()
    ids = {"client_id": row.client_id, "attempt": 1, "level": "info", "from": "forthwith.hops"}
    assert [{**line, "at": ""} for line in lines] == [
        {**ids, "at": "", "text": "claimed", "hop": "claimed", "since_ms": 7},
        {
            **ids,
            "at": "",
            "text": "paced",
            "hop": "paced",
            "since_ms": 3,
            "code": 4,
            "until": NOW + 4_010,
        },
    ]


async def test_no_log_and_no_trace_holds_text_or_phone(
    db: Database, row: MessageRow, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await claim(db)
    await record(db, row, Attempt(failures=frozenset({FAILURE})))
    told = str(await trace(db, row)) + "".join(
        JsonLines().format(each) for each in caplog.records if each.name.startswith("forthwith")
    )
    assert "On its way" not in told
    assert "447700900318" not in told


async def report(db: Database, agent: Agent, row: MessageRow, **seen: int) -> list[int]:
    hops = [ReportedHop(name, at) for name, at in seen.items()]  # type: ignore[arg-type]  # names of browser hops
    return await report_traces(db, agent, ReportTraces([ReportedTrace(row.client_id, hops)]), NOW)


async def test_what_the_browser_saw_is_kept_once(db: Database, ana: Agent, row: MessageRow) -> None:
    assert await report(db, ana, row, enter=NOW - 40, posted=NOW - 30) == []
    assert await report(db, ana, row, painted=NOW - 33, answered=NOW + 3) == [7]
    # A reload reports again, later times of the same hops; only POSTs add up.
    assert await report(db, ana, row, enter=NOW, painted=NOW + 50, posted=NOW + 60) == []
    seen = [(hop.name, hop.nth) for hop in await trace(db, row) if hop.clock == "browser"]
    assert seen == [("enter", 1), ("painted", 1), ("posted", 1), ("answered", 1), ("posted", 2)]


async def test_nobody_reports_of_anothers_message(
    db: Database, ana: Agent, row: MessageRow
) -> None:
    ben = Agent("agent-ben", "ben@demo.example", "Ben", ana.inbox_ids)
    await report(db, ben, row, enter=NOW, painted=NOW + 1)
    assert await names(db, row) == ["stored"]
