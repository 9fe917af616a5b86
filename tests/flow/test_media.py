"""Files go out by the rules of text: once, in order, whatever the upload takes; and come in (G1, G2, G5)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests import media_samples
from tests.rig import AgentSession, Product, running_product

INES = "447700900318"


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    async with running_product(tmp_path, "Ana", "Ben", graph_timeout_seconds="2") as running:
        await running.emulator.contact(INES, name="Ines Okafor", device="online")
        await running.emulator.write(INES, "Do you have a picture of it?")
        yield running


async def bring(
    agent: AgentSession, content: bytes, mime_type: str, **headers: str
) -> tuple[int, Any]:
    """Upload as a browser does."""
    head = {"Content-Type": mime_type, "Origin": agent.origin, **headers}
    async with agent.http.post(f"{agent.url}/api/media", data=content, headers=head) as answer:
        return answer.status, await answer.json(content_type=None)


async def send_file(
    agent: AgentSession, conversation_id: str, content: bytes, mime_type: str, caption: str = ""
) -> str:
    """Upload and post; its client_id."""
    status, answer = await bring(agent, content, mime_type)
    assert status in (200, 201), answer
    found = answer["media"]
    status, row = await agent.send(
        conversation_id, caption, message_type=found["kind"], media={"id": found["id"]}
    )
    assert status == 201, row
    assert row["media"]["state"] == "ready"
    return str(row["client_id"])


async def handed_over(product: Product) -> list[tuple[str, str]]:
    """(type, datum) of all that WhatsApp has taken, in its order."""
    return [(entry["type"], entry["opaque"]) for entry in await product.emulator.ledger(to=INES)]


async def test_a_picture_then_a_text_arrive_in_that_order_whatever_the_upload_takes(
    product: Product,
) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    await product.emulator.faults(
        {"match": {"kind": "upload"}, "do": {"action": "hang"}, "times": 1},
        {"match": {"kind": "upload"}, "do": {"action": "error", "code": 130429}, "times": 1},
    )
    picture = await send_file(ana, conversation_id, media_samples.photo(), "image/jpeg", "Here")
    _, row = await ana.send(conversation_id, "And the price is 40.")
    await ana.until_status(row["client_id"], "delivered", within_seconds=20)
    assert await handed_over(product) == [
        ("image", f"{picture}#1"),
        ("text", f"{row['client_id']}#1"),
    ]
