"""kill -9 of the server while messages are on their way; the emulator lives on and is the judge (G1, G2, G4-G7)."""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.flow.traffic import Lane, Watcher, keep_sending, keep_writing
from tests.nursery import Nursery, running_nursery
from tests.proofs import record
from tests.rig import AgentSession, Product, eventually, running_product

KILLS = int(os.environ.get("FORTHWITH_KILLS", "100"))
SEED = int(os.environ.get("FORTHWITH_SEED", "0")) or secrets.randbelow(2**32)
KILLS_A_LIFE = 50
CONTACTS = [f"44770090{number:04}" for number in range(12)]
ENDED = {"sent", "delivered", "read", "failed", "unconfirmed"}
REST_SECONDS = 120
ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclass
class Verdict:
    """What the ledger, the rows and the socket say about one life, in words."""

    endings: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_killed_server_loses_nothing_and_sends_nothing_twice(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings: dict[str, Any] = {"outcome_wait_seconds": "1", "graph_timeout_seconds": "2"}
    async with running_nursery() as nursery:
        for number in range(-(-KILLS // KILLS_A_LIFE)):
            if engine == "postgres":
                server = request.getfixturevalue("postgres_server")
                settings["database_url"] = server.create_database()
            folder = tmp_path / str(number)
            folder.mkdir()
            kills = min(KILLS_A_LIFE, KILLS - number * KILLS_A_LIFE)
            began = time.monotonic()
            verdict = await one_life(kills, SEED + number, folder, nursery, settings)
            record(
                f"kills on {ENGINES[engine]}",
                SEED + number,
                runs=sum(verdict.endings.values()),
                faults=kills,
                lost=len(verdict.lost),
                doubled=len(verdict.doubled),
                backwards=len(verdict.backwards),
                seconds=time.monotonic() - began,
            )
            print(dict(verdict.endings))
            assert (verdict.lost, verdict.doubled, verdict.backwards) == ([], [], [])


async def one_life(
    kills: int, seed: int, folder: Path, nursery: Nursery, settings: dict[str, Any]
) -> Verdict:
    """So many kills of one store's servers under traffic, then rest, and a look at everything."""
    chance = random.Random(seed)

    async def fork(product: Product) -> None:
        product.nursery = nursery

    async with running_product(folder, "Ana", prepare=fork, **settings) as product:
        for wa_id in CONTACTS:
            await product.emulator.contact(wa_id, name=f"Contact {wa_id}", device="online")
            await product.emulator.write(wa_id, "Hello")
        await product.emulator.faults(*_bad_days(seed))
        ana = await product.sign_in()
        lanes = [Lane(wa_id, await ana.conversation_of(wa_id), [], ["Hello"]) for wa_id in CONTACTS]
        _, page = await ana.call("GET", "/api/conversations")
        watcher = Watcher(ana, page["epoch"])
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as watching:
            watch = watching.create_task(watcher.watch())
            async with asyncio.TaskGroup() as writing:
                for lane in lanes:
                    own = random.Random(chance.random())
                    writing.create_task(keep_sending(lane, ana, own, enough))
                    writing.create_task(keep_writing(lane, product, own, enough))
                await kill_often(product, kills, chance)
                enough.set()
            await come_to_rest(product, ana, lanes)
            verdict = await judge(product, ana, lanes, watcher)
            watch.cancel()
    return verdict


def _bad_days(seed: int) -> list[dict[str, Any]]:
    """Calls that take a while, so that kills fall between WhatsApp's acceptance and our commit; webhooks out of order."""
    actions = (
        ({"action": "slow", "seconds": 0.05}, 0.5),
        ({"action": "duplicate"}, 0.1),
        ({"action": "reverse"}, 0.1),
    )
    return [{"do": do, "probability": often, "seed": seed} for do, often in actions]


async def kill_often(product: Product, kills: int, chance: random.Random) -> None:
    """One kill in five may fall into a start; returns with the server ready."""
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0, 0.4))
        await product.kill()
        await product.spawn()
        if chance.random() < 0.8:
            await eventually(product.is_ready, REST_SECONDS)
    await eventually(product.is_ready, REST_SECONDS)


async def come_to_rest(product: Product, ana: AgentSession, lanes: list[Lane]) -> None:
    """Every message has ended, and every status of it has arrived."""

    async def ended() -> bool:
        rows = [row for lane in lanes for row in await ana.history(lane.conversation_id)]
        return all(row["status"] in ENDED for row in rows if row["direction"] == "outbound")

    await product.emulator.quiet(REST_SECONDS)
    await eventually(ended, REST_SECONDS, every=0.3)
    await product.emulator.quiet(REST_SECONDS)


async def judge(
    product: Product, ana: AgentSession, lanes: list[Lane], watcher: Watcher
) -> Verdict:
    """Compares the ledger, the rows, and what the socket has told of them."""
    verdict = Verdict()
    page = (await ana.call("GET", "/api/conversations"))[1]
    await eventually(partial(_has_heard, watcher, page["as_of_seq"]), REST_SECONDS)
    for lane in lanes:
        ledger = await product.emulator.ledger(to=lane.wa_id)
        handed = [str(entry["opaque"]).partition("#")[0] for entry in ledger]
        rows = await ana.history(lane.conversation_id)
        _judge_lane(lane, rows, handed, verdict)
        verdict.lost += [
            f"{row['client_id']} was not heard as it is"
            for row in rows
            if watcher.rows.get(row["client_id"]) != row
        ]
    verdict.lost += watcher.gaps
    verdict.backwards += watcher.falls
    return verdict


async def _has_heard(watcher: Watcher, seq: int) -> bool:
    return watcher.seq >= seq


def _judge_lane(
    lane: Lane, rows: list[dict[str, Any]], handed: list[str], verdict: Verdict
) -> None:
    sent = [row for row in rows if row["direction"] == "outbound"]
    inbound = Counter(row["text_content"] for row in rows if row["direction"] == "inbound")
    stored = Counter(row["client_id"] for row in sent)
    verdict.endings += Counter(row["status"] for row in sent)
    verdict.lost += [each for each in lane.entered if not stored[each]]
    verdict.lost += [each for each in lane.written if not inbound[each]]
    for row in sent:
        # The contact is online and every webhook was answered 200: what WhatsApp has, it has delivered.
        wanted = ("delivered",) if row["client_id"] in handed else ("failed", "unconfirmed")
        if row["status"] not in wanted:
            verdict.lost.append(f"{row['client_id']} shows {row['status']}, not {wanted}")
    for counted in (stored, inbound, Counter(handed)):
        verdict.doubled += [each for each, times in counted.items() if times > 1]
    place = {client_id: number for number, client_id in enumerate(lane.entered)}
    for order in ([row["client_id"] for row in sent], handed):
        verdict.backwards += [
            f"{later} after {former}"
            for former, later in pairwise(order)
            if place[later] < place[former]
        ]


async def test_a_webhook_whose_answer_was_cut_off_is_applied_once(tmp_path: Path) -> None:
    async with running_product(tmp_path, "Ana") as product:
        wa_id = CONTACTS[0]
        await product.emulator.contact(wa_id, name="Ines", device="online")
        await product.emulator.write(wa_id, "First")
        ana = await product.sign_in()
        conversation_id = await ana.conversation_of(wa_id)
        for number in range(5):
            write = asyncio.create_task(product.emulator.write(wa_id, f"Message {number}"))
            await asyncio.sleep(0.004 * number)
            await product.kill()
            await write
            await product.start()
        await product.emulator.quiet(60)
        rows = await ana.messages(conversation_id)
        texts = Counter(row["text_content"] for row in rows)
        assert texts == Counter(["First", *(f"Message {number}" for number in range(5))])
