"""Two processes on one PostgreSQL: what each commits stands in one line, and a lane has one caller (R2, R5, R6, R8)."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Conflict
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import DAY
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.services.settle_message import cancel_message, dismiss_message, retry_message
from forthwith.store import attempts, events, messages, postgres, waiting_times
from forthwith.store.database import Database, StorageUnavailable, Transaction
from forthwith.store.postgres import PostgresDatabase
from forthwith.whatsapp.client import WhatsAppClient
from tests.rig import eventually
from tests.store.conftest import NOW, Rings, open_conversation
from tests.store.test_outbox import claim, client_id
from whatsapp_emulator.testing import TOKEN, running_emulator

Pair = tuple[Database, Database]


@pytest.fixture
async def pair(postgres_url: str, rings: Rings) -> AsyncIterator[Pair]:
    first, second = await asyncio.gather(
        *(PostgresDatabase.open(postgres_url, rings) for _ in range(2))
    )
    yield first, second
    await asyncio.gather(first.close(), second.close())


@pytest.fixture
def db(pair: Pair) -> Database:
    """Where the other fixtures write."""
    return pair[0]


async def test_both_make_one_schema_and_one_epoch(pair: Pair) -> None:
    assert pair[0].epoch == pair[1].epoch != ""


async def test_the_same_post_at_both_is_one_row(
    pair: Pair, ana: Agent, conversation_id: str
) -> None:
    command = SendMessage(client_id(), "Hello")
    answers = await asyncio.gather(
        *(accept_message(pair[n % 2], ana, conversation_id, command, NOW) for n in range(60))
    )
    assert [stored for _, stored in answers].count(True) == 1
    assert len({row.id for row, _ in answers}) == 1


async def test_numbers_have_no_gaps_and_a_reader_never_sees_one(
    pair: Pair, ana: Agent, conversation_id: str
) -> None:
    seen = [0]

    async def read_on() -> None:
        while seen[-1] < 200:
            new = await pair[1].read(lambda tx: events.read_after(tx, seen[-1], 50))
            seen.extend(event.seq for event in new)

    reading = asyncio.create_task(read_on())
    await asyncio.gather(
        *(
            accept_message(pair[n % 2], ana, conversation_id, SendMessage(client_id(), "Hi"), NOW)
            for n in range(200)
        )
    )
    await asyncio.wait_for(reading, 10)
    assert seen == list(range(201))
    rows = await pair[0].read(lambda tx: messages.page(tx, conversation_id, None, 300))
    assert [row.pos for row in rows] == list(range(1, 201))


async def accepted(pair: Pair, ana: Agent, conversation_id: str) -> MessageRow:
    command = SendMessage(client_id(), "Hi")
    return (await accept_message(pair[0], ana, conversation_id, command, NOW))[0]


@pytest.mark.parametrize("ending", ["failed", "unconfirmed"])
async def test_of_all_who_settle_a_message_at_once_one_wins(
    pair: Pair, ana: Agent, conversation_id: str, ending: str
) -> None:
    row = await accepted(pair, ana, conversation_id)
    await claim(pair[0])
    failures = frozenset({Failure(1, "131026")}) if ending == "failed" else frozenset()
    evidence = Attempt(failures=failures, lapsed=True)
    await pair[0].write(lambda tx: attempts.record(tx, row.id, 1, evidence, NOW))
    calls = [retry_message(pair[n % 2], ana, row.client_id, client_id(), NOW) for n in range(8)]
    calls += [dismiss_message(pair[n % 2], ana, row.client_id, NOW) for n in range(8)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(each, MessageRow) for each in results) == 1
    assert sum(isinstance(each, Conflict) for each in results) == 15


@pytest.mark.parametrize("ending", ["failed", "unconfirmed"])
async def test_copies_of_one_wish_at_both_are_one_wish(
    pair: Pair, ana: Agent, conversation_id: str, ending: str
) -> None:
    row = await accepted(pair, ana, conversation_id)
    await claim(pair[0])
    failures = frozenset({Failure(1, "131026")}) if ending == "failed" else frozenset()
    evidence = Attempt(failures=failures, lapsed=True)
    await pair[0].write(lambda tx: attempts.record(tx, row.id, 1, evidence, NOW))
    wish = client_id()
    answers = await asyncio.gather(
        *(retry_message(pair[n % 2], ana, row.client_id, wish, NOW) for n in range(12))
    )
    assert {each.id for each in answers} == {answers[0].id}
    (again,) = await claim(pair[1])
    assert again.echo_datum == (f"{wish}#1" if ending == "failed" else f"{row.client_id}#2")


async def test_copies_of_a_post_around_a_refusal_end_all_the_same_way(
    pair: Pair, ana: Agent, conversation_id: str
) -> None:
    """The window opens while copies of one POST arrive at both: no refusal is followed by an acceptance."""
    closed = NOW + 2 * DAY
    ends = []
    for _ in range(10):
        command = SendMessage(client_id(), "Hi")
        answers = await asyncio.gather(
            *(
                accept_message(pair[n % 2], ana, conversation_id, command, at)
                for n, at in enumerate([closed, NOW, NOW, closed, NOW, NOW])
            ),
            return_exceptions=True,
        )
        kinds = {type(each) for each in answers}
        assert len(kinds) == 1
        ends.append(kinds.pop())
        last = partial(accept_message, pair[0], ana, conversation_id, command, NOW)
        assert (await asyncio.gather(last(), return_exceptions=True))[0].__class__ is ends[-1]
    print(ends)


async def test_of_a_claim_and_cancels_at_once_one_wins(
    pair: Pair, ana: Agent, conversation_id: str
) -> None:
    for _ in range(10):
        row = await accepted(pair, ana, conversation_id)
        results = await asyncio.gather(
            *(cancel_message(pair[n % 2], ana, row.client_id, NOW) for n in range(4)),
            claim(pair[1]),
            return_exceptions=True,
        )
        claims = results.pop()
        assert isinstance(claims, list)
        cancelled = sum(isinstance(each, MessageRow) for each in results)
        assert cancelled + len(claims) == 1
        await pair[0].write(
            partial(attempts.record, message_id=row.id, n=1, evidence=Attempt("sent"), now=NOW)
        )


async def test_two_workers_hand_each_message_over_once_and_in_order(pair: Pair, ana: Agent) -> None:
    phones = [f"4477009003{number:02}" for number in range(5)]
    async with running_emulator(phone_number_ids=("15550001",)) as emulator:
        lanes = {}
        for phone in phones:
            await emulator.contact(phone, name="Ines", device="online")
            await emulator.write(phone, "Hello")
            lane = await open_conversation(pair[0], ana, phone)
            lanes[phone] = [client_id() for _ in range(20)]
            for each in lanes[phone]:
                await accept_message(pair[0], ana, lane, SendMessage(each, "Hi"), NOW)
        clients = [WhatsAppClient(emulator.url, TOKEN, 5) for _ in pair]
        settings = DeliverySettings(only_process=False)
        workers = [
            OutboxWorker(db, whatsapp, lambda: NOW, settings)
            for db, whatsapp in zip(pair, clients, strict=True)
        ]
        running = [asyncio.create_task(each.run()) for each in workers]

        async def is_drained() -> bool:
            return await pair[0].read(waiting_times.next_due_at) is None

        await eventually(is_drained, 20)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, *(each.close() for each in clients), return_exceptions=True)
        for phone in phones:
            ledger = [entry["opaque"] for entry in await emulator.ledger(to=phone)]
            assert ledger == [f"{each}#1" for each in lanes[phone]]


async def test_a_process_that_stalls_in_a_commit_does_not_stall_the_other_for_long(
    postgres_url: str, rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "STALLED_SECONDS", 1)
    stalled = await PostgresDatabase.open(postgres_url, rings)
    other = await PostgresDatabase.open(postgres_url, rings)
    name = secrets.token_hex(4)

    async def stall(tx: Transaction) -> None:
        await tx.run("INSERT INTO meta (name, value) VALUES (:name, 'x')", name=name)
        await asyncio.sleep(3)  # as a suspended process: it holds the line and says nothing
        await tx.run("DELETE FROM meta WHERE name = 'none'")

    stalling = asyncio.create_task(stalled.write(stall))
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await other.write(lambda tx: tx.run("DELETE FROM meta WHERE name = 'none'"))
    assert time.monotonic() - began < 2.5
    with pytest.raises(StorageUnavailable):
        await stalling
    row = await other.read(
        lambda tx: tx.one("SELECT 1 AS n FROM meta WHERE name = :name", name=name)
    )
    assert row is None
    await asyncio.gather(stalled.close(), other.close())
