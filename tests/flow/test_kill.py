"""kill -9 of the server while messages are on their way; the emulator lives on and is the judge (G1, G2, G5, G7)."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.rig import AgentSession, Product, eventually, new_client_id, running_product

ROUNDS = int(os.environ.get("FORTHWITH_KILLS", "20"))
CONTACTS = [f"44770090{number:04}" for number in range(5)]
MESSAGES = 20
ENDED = {"sent", "delivered", "read", "failed", "unconfirmed"}


async def send_until_accepted(
    ana: AgentSession, conversation_id: str, client_id: str, text: str
) -> None:
    """As the browser's outbox does: the same id again until the server has answered."""

    async def accepted() -> bool:
        try:
            status, _ = await ana.send(conversation_id, text, client_id)
        except (aiohttp.ClientError, TimeoutError):
            return False
        assert status in (200, 201, 503), status
        return status != 503

    await eventually(accepted, 30, every=0.05)


async def one_lane(ana: AgentSession, conversation_id: str, ids: list[str]) -> None:
    for client_id in ids:
        await send_until_accepted(ana, conversation_id, client_id, f"Text of {client_id}")


async def one_round(product: Product, ana: AgentSession, chance: random.Random) -> Counter[str]:
    """Twenty messages in five conversations, a kill somewhere in the middle, a restart; how they ended."""
    lanes = {wa_id: [new_client_id() for _ in range(MESSAGES // 5)] for wa_id in CONTACTS}
    conversations = {wa_id: await ana.conversation_of(wa_id) for wa_id in CONTACTS}
    sending = [
        asyncio.create_task(one_lane(ana, conversations[wa_id], ids))
        for wa_id, ids in lanes.items()
    ]
    await asyncio.sleep(chance.uniform(0.0, 0.12))
    await product.kill()
    await product.start()
    await asyncio.gather(*sending)
    endings: Counter[str] = Counter()
    for wa_id, ids in lanes.items():
        for client_id in ids:
            endings[await ana.until_status(client_id, *ENDED, within_seconds=30)] += 1
        ledger = [entry["opaque"] for entry in await product.emulator.ledger(to=wa_id)]
        mine = [opaque for opaque in ledger if opaque.partition("#")[0] in ids]
        assert len(mine) == len(set(mine)), "handed to WhatsApp twice"
        order = [ids.index(opaque.partition("#")[0]) for opaque in mine]
        assert order == sorted(order), "handed over out of order"
        rows = [row for row in await ana.messages(conversations[wa_id]) if row["client_id"] in ids]
        assert [row["client_id"] for row in rows] == ids, "lost, doubled or out of order"
    return endings


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_a_killed_server_loses_nothing_and_sends_nothing_twice(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    settings: dict[str, Any] = {"outcome_wait_seconds": "1", "graph_timeout_seconds": "2"}
    if engine == "postgres":
        settings["database_url"] = request.getfixturevalue("postgres_url")
    endings: Counter[str] = Counter()
    async with running_product(tmp_path, "Ana", **settings) as product:
        for wa_id in CONTACTS:
            await product.emulator.contact(wa_id, name=f"Contact {wa_id}", device="online")
            await product.emulator.write(wa_id, "Hello")
        # Half of the calls take a while, so that kills also fall between WhatsApp's acceptance and our commit.
        slow = {"do": {"action": "slow", "seconds": 0.05}, "probability": 0.5, "seed": seed}
        await product.emulator.faults(slow)
        ana = await product.sign_in()
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            endings += await one_round(product, ana, chance)
    print(f"{engine}: {ROUNDS} kills, {sum(endings.values())} messages: {dict(endings)}")
    assert sum(endings.values()) == ROUNDS * MESSAGES
    assert set(endings) <= ENDED


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
