"""What each outcome of a call makes of the message, its lane and its number, to the millisecond (R7, R8, R9)."""

import asyncio
from functools import partial
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import HOUR, MINUTE, SECOND
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services import deliver_outbox
from forthwith.services.accept_message import accept_message
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.store import attempts
from forthwith.store.database import Database, Transaction
from forthwith.store.outbox import Claim
from forthwith.whatsapp.client import (
    Accepted,
    Held,
    NotSent,
    Outcome,
    Paced,
    Refused,
    Unknown,
    WhatsAppClient,
)
from tests.rig import eventually
from tests.services.test_deliver_outbox import ONE_ENGINE, PHONES, SETTINGS, Bench, bench
from tests.store.conftest import NOW, open_conversation
from tests.store.test_outbox import client_id, now_of, send

__all__ = ["bench"]


class Lanes:
    """Two conversations of one number; the first has a message and one behind it. The clock stands until told."""

    def __init__(self, db: Database) -> None:
        self.db, self.now = db, NOW
        whatsapp = WhatsAppClient("http://127.0.0.1:9", "", 1)
        self.worker = OutboxWorker(db, whatsapp, lambda: self.now, DeliverySettings())
        self.worker._must_recover = False  # its first round is behind it
        self.first: MessageRow
        self.follower: MessageRow
        self.other_lane: str

    async def claim(self) -> list[Claim]:
        return await self.db.write(lambda tx: self.worker._claim(tx, 10))

    async def ends(self, claim: Claim, outcome: Outcome) -> None:
        """As the worker does when the call has ended."""
        self.worker._watch(claim, outcome)
        await self.db.write(lambda tx: self.worker._store_outcome(tx, claim, outcome))

    async def waits(self, milliseconds: int) -> Claim:
        """Nothing is claimed before so much time has passed; what is claimed then is the first message again."""
        self.now += milliseconds - 1
        assert [each.text for each in await self.claim()] == []
        self.now += 1
        again, *others = sorted(await self.claim(), key=lambda each: each.text == "elsewhere")
        assert (again.message_id, again.attempt) == (self.first.id, 1)
        for each in others:
            await self.ends(each, Accepted(f"wamid.{self.now}"))
        return again

    async def inbox(self) -> Any:
        async def read(tx: Transaction) -> Any:
            return await tx.one("SELECT * FROM inboxes")

        return await self.db.read(read)


@pytest.fixture
async def lanes(db: Database, ana: Agent, conversation_id: str) -> Lanes:
    made = Lanes(db)
    made.first = await send(db, ana, conversation_id, "first")
    made.follower = await send(db, ana, conversation_id, "follower")
    made.other_lane = await open_conversation(db, ana, "447700900226")
    return made


async def test_accepted_and_refused_free_the_lane_at_once(db: Database, lanes: Lanes) -> None:
    (only,) = await lanes.claim()
    await lanes.ends(only, Refused(131026, "undeliverable", "Message undeliverable"))
    failed = await now_of(db, lanes.first)
    assert failed.error is not None
    assert (failed.status, failed.error.code, failed.error.detail) == (
        "failed",
        "undeliverable",
        "Message undeliverable",
    )
    earlier = Attempt(failures=frozenset({Failure(NOW // SECOND - 1, "131049", "", "experiment")}))
    await db.write(partial(attempts.record, message_id=failed.id, n=1, evidence=earlier, now=NOW))
    renamed = await now_of(db, lanes.first)
    assert renamed.error is not None
    assert renamed.error.code == "experiment", "the earliest failure is named, by its time (R4)"
    (follower,) = await lanes.claim()
    await lanes.ends(follower, Accepted("wamid.1"))
    now = await now_of(db, lanes.follower)
    assert (follower.text, now.status, now.wamid) == ("follower", "sent", "wamid.1")


async def test_held_pauses_the_whole_number_and_fails_nobody(
    db: Database, ana: Agent, lanes: Lanes
) -> None:
    (only,) = await lanes.claim()
    await send(db, ana, lanes.other_lane, "elsewhere")
    for _ in range(24):  # twelve minutes: nobody grows too old meanwhile
        await lanes.ends(only, Held(190, "token expired"))
        only = await lanes.waits(30 * SECOND)
    await lanes.ends(only, Accepted("wamid.1"))
    (follower,) = await lanes.claim()
    assert follower.text == "follower"


@pytest.mark.parametrize(
    ("asked", "pauses"),
    [(None, [1, 2, 4, 8, 15, 15]), (7 * SECOND, [7, 7, 7]), (20 * MINUTE, [1_200])],
)
async def test_a_limit_of_the_number_pauses_it_as_long_as_meta_asks(
    db: Database, ana: Agent, lanes: Lanes, asked: int | None, pauses: list[int]
) -> None:
    (only,) = await lanes.claim()
    await send(db, ana, lanes.other_lane, "elsewhere")
    for seconds in pauses:
        await lanes.ends(only, Paced(130429, asked))
        only = await lanes.waits(seconds * SECOND)
    assert (await now_of(db, lanes.follower)).status == "sending"


@pytest.mark.parametrize(
    ("asked", "pauses"), [(None, [1, 4, 16, 64, 256, 256, 256]), (9 * SECOND, [9, 9])]
)
async def test_a_limit_of_one_pair_slows_its_lane_alone_and_its_followers_do_not_age(
    db: Database, ana: Agent, lanes: Lanes, asked: int | None, pauses: list[int]
) -> None:
    (only,) = await lanes.claim()
    for seconds in pauses:
        await lanes.ends(only, Paced(131056, asked))
        fresh = SendMessage(client_id(), "elsewhere")
        await accept_message(db, ana, lanes.other_lane, fresh, lanes.now)
        (elsewhere,) = await lanes.claim()
        await lanes.ends(elsewhere, Accepted(f"wamid.{lanes.now}"))
        only = await lanes.waits(seconds * SECOND)
    assert (await lanes.inbox())["paused_until"] is None
    await lanes.ends(only, Accepted("wamid.1"))
    (follower,) = await lanes.claim()
    assert follower.text == "follower"


async def test_what_never_left_us_is_tried_again_ever_more_slowly_and_never_fails(
    db: Database, lanes: Lanes
) -> None:
    (only,) = await lanes.claim()
    for half_seconds in [1, 2, 4, 8, 16, 30, 30, *[30] * 40]:
        await lanes.ends(only, NotSent("connection refused"))
        only = await lanes.waits(half_seconds * 500)
    inbox = await lanes.inbox()
    assert (inbox["paused_until"], inbox["silent_until"]) == (None, None)


async def test_an_unknown_outcome_holds_the_lane_for_a_minute_then_it_goes_on(
    db: Database, lanes: Lanes
) -> None:
    (only,) = await lanes.claim()
    await lanes.ends(only, Unknown("TimeoutError"))
    lanes.now += MINUTE - 1
    assert await lanes.claim() == []
    assert (await now_of(db, lanes.first)).status == "sending"
    lanes.now += 1
    (follower,) = await lanes.claim()
    assert (follower.text, (await now_of(db, lanes.first)).status) == ("follower", "unconfirmed")
    lanes.now += HOUR
    await lanes.ends(follower, Accepted("wamid.2"))
    assert await lanes.claim() == [], "never sent again by the machine"


async def test_a_look_at_the_outbox_leaves_ones_own_calls_alone(
    db: Database, ana: Agent, lanes: Lanes
) -> None:
    (only,) = await lanes.claim()
    await send(db, ana, lanes.other_lane, "elsewhere")
    (elsewhere,) = await lanes.claim()
    for each in (only, elsewhere):
        await lanes.ends(each, NotSent("connection refused"))
    await lanes.waits(500)


async def test_a_fault_of_our_own_in_a_call_is_an_unknown_outcome(lanes: Lanes) -> None:
    (only,) = await lanes.claim()

    class Broken(WhatsAppClient):
        async def send(self, phone_number_id: str, body: dict[str, Any]) -> Outcome:
            raise RuntimeError("a bug")

    lanes.worker._whatsapp = Broken("", "", 1)
    assert await lanes.worker._call(only) == Unknown("RuntimeError")


@ONE_ENGINE
async def test_a_silent_number_is_asked_less_and_less_often_and_stays_silent_that_long(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_outbox, "FIRST_PROBE_SECONDS", 0.1)
    monkeypatch.setattr(deliver_outbox, "LONGEST_PROBE_SECONDS", 0.4)
    await bench.emulator.faults(
        {"do": "hang", "match": {"kind": "send"}},
        {"do": "unavailable", "match": {"kind": "node"}},
    )
    sent = [await bench.send(phone) for phone in PHONES[:2]]
    now = bench.clock()
    bench.worker = OutboxWorker(bench.db, bench.whatsapp, lambda: now, SETTINGS)
    pauses: set[int | None] = set()

    async def look() -> set[int | None]:
        row = await bench.db.read(lambda tx: tx.one("SELECT silent_until FROM inboxes"))
        assert row is not None
        until = row["silent_until"]
        pauses.add(None if until is None else until - now - SETTINGS.lease)
        return pauses

    async def was_asked_seldom() -> bool:
        return 400 in await look()

    async with bench.running():
        await eventually(was_asked_seldom, every=0.005)
        await asyncio.sleep(1)  # the next pause has begun, and is no longer than that
        assert await look() <= {None, 100, 200, 400}
        waiting = await bench.send(PHONES[2])
        await bench.emulator.faults()
        await eventually(bench.was_called(waiting))
    assert {each.split("#")[0] for each in await bench.called()} == {*sent, waiting}
