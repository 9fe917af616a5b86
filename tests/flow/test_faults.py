"""WhatsApp's bad days, one at a time: what each leaves in the ledger, and what the agent sees (R7-R9, R11; G1)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig import AgentSession, Product, eventually, new_client_id, running_product

INES = "447700900318"


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    settings: dict[str, Any] = {"outcome_wait_seconds": "2", "graph_timeout_seconds": "1"}
    async with running_product(tmp_path, "Ana", **settings) as running:
        await running.emulator.contact(INES, name="Ines Okafor", device="online", bsuid="GB.318")
        await running.emulator.write(INES, "Hello")
        yield running


async def send_under(product: Product, ana: AgentSession, *rules: dict[str, Any]) -> str:
    """Send one message under these faults; its client_id."""
    conversation_id = await ana.conversation_of(INES)
    await product.emulator.faults(*rules)
    status, row = await ana.send(conversation_id, "Under a fault")
    assert status == 201
    return str(row["client_id"])


async def accepted(product: Product, client_id: str) -> int:
    """How often WhatsApp accepted it: the ledger is the judge."""
    return len(await product.emulator.ledger(opaque=client_id))


@pytest.mark.parametrize(
    "action", ["hang", "reset", "bad_gateway", "truncate", "garbage", "status_first"]
)
async def test_accepted_with_a_lost_answer_is_resolved_by_its_status_alone(
    product: Product, action: str
) -> None:
    ana = await product.sign_in()
    client_id = await send_under(product, ana, {"do": {"action": action}, "times": 1})
    await ana.until_status(client_id, "delivered")
    assert await accepted(product, client_id) == 1


async def test_accepted_without_answer_or_datum_is_unconfirmed_and_sent_again_by_a_person_only(
    product: Product,
) -> None:
    ana = await product.sign_in()
    rules = [{"do": {"action": "hang"}, "times": 1}, {"do": "strip_opaque", "times": 1}]
    client_id = await send_under(product, ana, *rules)
    await ana.until_status(client_id, "unconfirmed")
    assert await accepted(product, client_id) == 1
    conversation_id = await ana.conversation_of(INES)
    _, follower = await ana.send(conversation_id, "The lane goes on")
    await ana.until_status(follower["client_id"], "delivered")
    assert await accepted(product, client_id) == 1
    status, _ = await ana.call(
        "POST", f"/api/messages/{client_id}/retry", {"client_id": new_client_id()}
    )
    assert status == 200
    await ana.until_status(client_id, "delivered")
    assert await accepted(product, client_id) == 2


async def test_a_connection_closed_without_a_word_is_never_sent_twice(product: Product) -> None:
    ana = await product.sign_in()
    client_id = await send_under(product, ana, {"do": "close", "times": 1})
    await ana.until_status(client_id, "unconfirmed", "delivered")
    assert await accepted(product, client_id) <= 1


@pytest.mark.parametrize("code", [4, 80007, 130429, 131056, 131016, 133004])
async def test_too_fast_waits_in_order_and_nothing_fails(product: Product, code: int) -> None:
    ana = await product.sign_in()
    rule = {"do": {"action": "error", "code": code, "retry_after_seconds": 1}, "times": 1}
    first = await send_under(product, ana, rule)
    conversation_id = await ana.conversation_of(INES)
    rows = [(await ana.send(conversation_id, f"Follower {n}"))[1] for n in range(4)]
    ids = [first, *(row["client_id"] for row in rows)]
    await ana.until_status(ids[-1], "delivered")
    ledger = await product.emulator.ledger(to=INES)
    assert [entry["opaque"] for entry in ledger] == [f"{each}#1" for each in ids]


@pytest.mark.parametrize(("code", "reason"), [(131026, "undeliverable"), (131047, "window_closed")])
async def test_a_failure_after_acceptance_returns_the_message(
    product: Product, code: int, reason: str
) -> None:
    ana = await product.sign_in()
    client_id = await send_under(product, ana, {"do": {"action": "fail", "code": code}})
    await ana.until_status(client_id, "failed")
    row = await ana.message(client_id)
    assert (row["error"]["code"], row["error"]["params"]) == (reason, {"whatsapp_code": code})


async def test_a_failure_after_delivery_does_not_hide_it(product: Product) -> None:
    ana = await product.sign_in()
    rule = {"do": {"action": "fail", "code": 131026, "after": "delivered"}}
    client_id = await send_under(product, ana, rule)
    await ana.until_status(client_id, "delivered")
    await product.emulator.quiet()
    row = await ana.message(client_id)
    assert row["status"] == "delivered"
    assert row["error"]["code"] == "undeliverable"


async def test_statuses_doubled_and_reversed_end_at_the_highest(product: Product) -> None:
    ana = await product.sign_in()
    rules: list[dict[str, Any]] = [
        {"do": {"action": "duplicate", "copies": 3}},
        {"do": {"action": "reverse"}},
    ]
    client_id = await send_under(product, ana, *rules)
    await ana.until_status(client_id, "delivered")
    await product.emulator.quiet()
    assert (await ana.message(client_id))["status"] == "delivered"


async def test_a_held_number_keeps_its_messages_waiting(product: Product) -> None:
    ana = await product.sign_in()
    rule = {"do": {"action": "error", "code": 190}, "times": 1}
    client_id = await send_under(product, ana, rule)

    async def is_held() -> bool:
        return "holds number" in product.log()

    await eventually(is_held)
    assert (await ana.message(client_id))["status"] == "sending"
    assert product.log().count("holds number") == 1
