"""The outbox worker against the emulator, on both engines: trouble in between, and what nobody may call twice (R6-R9)."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from forthwith.clock import milliseconds
from forthwith.domain.agent import Agent
from forthwith.domain.times import DAY, HOUR
from forthwith.protocol.shapes import SendMessage
from forthwith.services import deliver_outbox
from forthwith.services.accept_message import accept_message
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.store import inboxes, messages, outbox
from forthwith.store.database import Database, Transaction
from forthwith.store.sqlite import SqliteDatabase
from forthwith.whatsapp.client import NotSent, WhatsAppClient
from tests.rig import eventually
from tests.store.conftest import NOW, open_conversation
from whatsapp_emulator.testing import TOKEN, RunningEmulator, running_emulator

PHONES = [f"4477009003{number:02}" for number in range(6)]
ONE_ENGINE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
"""For what does not depend on the engine, or is done to SQLite's file."""
SETTINGS = DeliverySettings(outcome_wait=300, stale_after=HOUR, lease=1_000)


class Clock:
    """Runs like the real one, from NOW on; tests move it."""

    def __init__(self) -> None:
        self.ahead = NOW - milliseconds()

    def __call__(self) -> int:
        return milliseconds() + self.ahead


class Bench:
    """A worker that can be started, stopped and given messages."""

    def __init__(self, db: Database, ana: Agent, emulator: RunningEmulator) -> None:
        self.db, self.ana, self.emulator, self.clock = db, ana, emulator, Clock()
        self.whatsapp = WhatsAppClient(emulator.url, TOKEN, 0.2)
        self.worker = OutboxWorker(db, self.whatsapp, self.clock, SETTINGS)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.create_task(self.worker.run())
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    async def send(self, phone: str, words: str = "Hi") -> str:
        lane = await open_conversation(self.db, self.ana, phone)
        client_id = f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"
        command = SendMessage(client_id, words)
        await accept_message(self.db, self.ana, lane, command, self.clock())
        self.worker.ring()
        return client_id

    async def row(self, client_id: str) -> Any:
        row = await self.db.read(lambda tx: messages.by_client_id(tx, client_id))
        assert row is not None
        return row

    def shows(self, client_id: str, *statuses: str) -> Callable[[], Any]:
        async def look() -> bool:
            return (await self.row(client_id))["status"] in statuses

        return look

    def is_in(self, client_id: str, state: str) -> Callable[[], Any]:
        async def look() -> bool:
            return bool((await self.row(client_id))["outbox_state"] == state)

        return look

    def was_called(self, client_id: str) -> Callable[[], Any]:
        async def look() -> bool:
            return f"{client_id}#1" in await self.called()

        return look

    async def called(self) -> list[str]:
        return [entry["opaque"] for entry in await self.emulator.ledger()]


@pytest.fixture
async def bench(db: Database, ana: Agent, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(deliver_outbox, "TICK_SECONDS", 0.05)
    async with running_emulator(phone_number_ids=("15550001",)) as emulator:
        for phone in PHONES:
            await emulator.contact(phone, name="Ines", device="online")
            await emulator.write(phone, "Hello")
        made = Bench(db, ana, emulator)
        yield made
        await made.whatsapp.close()


@ONE_ENGINE
async def test_an_outcome_waits_for_a_store_that_is_locked(
    bench: Bench, db: Database, tmp_path: Path
) -> None:
    await db.write(lambda tx: tx.all("PRAGMA busy_timeout = 20"))
    await bench.emulator.faults({"do": {"action": "slow", "seconds": 0.1}})
    async with bench.running():
        client_id = await bench.send(PHONES[0])
        await eventually(bench.called)
        other = apsw.Connection(str(tmp_path / "forthwith.db"))
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(0.3)  # in which the answer comes and cannot be stored
        other.close()
        await eventually(bench.shows(client_id, "sent"), 0.6)
    assert len(await bench.called()) == 1


async def test_after_two_lost_answers_the_number_is_asked_and_nothing_claimed_meanwhile(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_outbox, "FIRST_PROBE_SECONDS", 0.3)
    await bench.emulator.faults(
        {"do": "hang", "match": {"kind": "send"}},
        {"do": "unavailable", "match": {"kind": "node"}},
    )
    async with bench.running():
        lost = [await bench.send(phone) for phone in PHONES[:2]]
        for client_id in lost:
            await eventually(bench.is_in(client_id, "doubted"), every=0.005)
        waiting = await bench.send(PHONES[2])
        for client_id in lost:
            await eventually(bench.shows(client_id, "unconfirmed"))
        assert len(await bench.called()) == 2, "a third call would be in doubt as well"
        await bench.emulator.faults()
        await eventually(bench.shows(waiting, "sent"))
    assert sorted(await bench.called()) == sorted(f"{each}#1" for each in (*lost, waiting))


@ONE_ENGINE
async def test_answers_between_lost_ones_show_that_the_number_answers(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench.running():
        for phone in PHONES[:2]:
            await bench.emulator.faults({"do": "hang", "times": 1})
            lost = await bench.send(phone)
            await eventually(bench.shows(lost, "unconfirmed", "sent"))
            answered = await bench.send(PHONES[2])
            await eventually(bench.shows(answered, "sent"))
    assert "does not answer" not in caplog.text


@ONE_ENGINE
@pytest.mark.parametrize(("code", "others_wait"), [(4, True), (131056, False)])
async def test_a_limit_slows_the_number_and_a_pair_limit_one_lane(
    bench: Bench, code: int, others_wait: bool
) -> None:
    rule = {"do": {"action": "error", "code": code, "retry_after_seconds": 1}, "times": 1}
    await bench.emulator.faults(rule)
    async with bench.running():
        slowed = await bench.send(PHONES[0])

        async def is_put_off() -> bool:
            return bool((await bench.row(slowed))["put_off"])

        await eventually(is_put_off)
        began = time.monotonic()
        other = await bench.send(PHONES[1])
        await eventually(bench.shows(other, "sent"))
        assert (time.monotonic() - began > 0.75) is others_wait
        await eventually(bench.shows(slowed, "sent"))


@ONE_ENGINE
async def test_a_number_is_alerted_once_for_each_time_it_is_held(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deliver_outbox, "HELD_FOR", 100)
    caplog.set_level(logging.ERROR)
    async with bench.running():
        for _ in range(2):
            await bench.emulator.faults({"do": {"action": "error", "code": 190}, "times": 8})
            sent = [await bench.send(phone) for phone in PHONES[:4]]
            for client_id in sent:
                await eventually(bench.shows(client_id, "sent"))
    assert [each.message.count("holds number") for each in caplog.records] == [1, 1]


async def test_neither_another_process_nor_the_next_one_repeats_the_alert(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What an administrator was told is in the store, until WhatsApp accepts something again (R7)."""
    monkeypatch.setattr(deliver_outbox, "HELD_FOR", 50)
    caplog.set_level(logging.ERROR)
    await bench.emulator.faults({"do": {"action": "error", "code": 131031}})
    client_id = await bench.send(PHONES[0])
    for _ in range(3):
        bench.worker = OutboxWorker(bench.db, bench.whatsapp, bench.clock, SETTINGS)
        before = (await bench.row(client_id))["put_off"]

        async def was_asked_twice(before: int = before) -> bool:
            return bool((await bench.row(client_id))["put_off"] >= before + 2)

        async with bench.running():
            await eventually(was_asked_twice)
    assert [each.message.count("holds number") for each in caplog.records] == [1]
    assert (await bench.row(client_id))["status"] == "sending", "held: none fails"


async def test_the_probe_of_a_silent_number_does_not_end_a_pause_that_whatsapp_asked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_outbox, "FIRST_PROBE_SECONDS", 0.1)
    await bench.emulator.faults({"do": "hang", "match": {"kind": "send"}})
    (inbox_id,) = bench.ana.inbox_ids
    async with bench.running():
        lost = [await bench.send(phone) for phone in PHONES[:2]]
        for client_id in lost:
            await eventually(bench.is_in(client_id, "doubted"), every=0.005)
        until = bench.clock() + 1_500
        await bench.db.write(lambda tx: inboxes.pause(tx, inbox_id, until, "whatsapp 4"))
        waiting = await bench.send(PHONES[2])
        await bench.emulator.faults()
        await eventually(bench.was_called(waiting))
        assert bench.clock() >= until


async def test_what_is_claimed_while_the_worker_ends_is_also_called(bench: Bench) -> None:
    async def slow(tx: Transaction) -> None:
        if isinstance(bench.db, SqliteDatabase):
            time.sleep(0.2)  # noqa: ASYNC251  # in the writer's own thread
        else:
            await tx.all("SELECT pg_sleep(0.2)")

    client_id = await bench.send(PHONES[0])
    before = asyncio.create_task(bench.db.write(slow))
    async with bench.running():
        await asyncio.sleep(0.1)  # the claim is queued behind the slow one
    await before
    row = await bench.row(client_id)
    assert (row["status"], row["outbox_state"]) == ("sent", None)
    assert await bench.called() == [f"{client_id}#1"]


async def test_a_process_that_was_suspended_after_its_claim_calls_nobody(bench: Bench) -> None:
    await bench.send(PHONES[0])
    now = bench.clock()
    (claim,) = await bench.db.write(
        lambda tx: outbox.claim_lanes(tx, "worker", now, SETTINGS.lease, HOUR, 1)
    )
    bench.clock.ahead += SETTINGS.lease
    assert isinstance(await bench.worker._call(claim), NotSent)
    assert await bench.called() == []


@ONE_ENGINE
async def test_a_clock_set_on_a_day_in_the_middle_of_a_call_neither_repeats_nor_loses_it(
    bench: Bench,
) -> None:
    """Order is by number, so all it can do is make a message too old, and that one is returned (bad-input 58)."""
    bench.whatsapp = WhatsAppClient(bench.emulator.url, TOKEN, 20)
    bench.worker = OutboxWorker(bench.db, bench.whatsapp, bench.clock, SETTINGS)
    await bench.emulator.faults({"do": {"action": "slow", "seconds": 0.5}, "times": 1})
    async with bench.running():
        called = await bench.send(PHONES[0])
        await eventually(bench.is_in(called, "claimed"), every=0.005)
        behind = await bench.send(PHONES[0], "behind it")
        bench.clock.ahead += DAY
        later = await bench.send(PHONES[1], "after the step")
        await eventually(bench.shows(called, "sent"))
        await eventually(bench.shows(behind, "failed"))
        await eventually(bench.was_called(later))
        bench.clock.ahead -= DAY
        last = await bench.send(PHONES[0], "and back again")
        await eventually(bench.was_called(last))
    assert sorted(await bench.called()) == sorted(f"{each}#1" for each in (called, later, last))
    assert [(await bench.row(each))["pos"] for each in (called, behind, last)] == [1, 2, 3]


@ONE_ENGINE
async def test_a_clock_set_back_a_day_holds_nothing_up(bench: Bench) -> None:
    rule = {"do": {"action": "error", "code": 4, "retry_after_seconds": 1}, "times": 1}
    await bench.emulator.faults(rule)
    async with bench.running():
        client_id = await bench.send(PHONES[0])

        async def is_put_off() -> bool:
            return bool((await bench.row(client_id))["put_off"])

        await eventually(is_put_off)
        bench.clock.ahead -= DAY
        await eventually(bench.shows(client_id, "sent"), 6)
    assert len(await bench.called()) == 1
