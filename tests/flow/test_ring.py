"""The bare ring over real HTTP: agent → server → WhatsApp → webhook → socket (G1, G2, G5, G6)."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.rig import AgentSession, Product, eventually, new_client_id, running_product

INES = "447700900318"


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    async with running_product(tmp_path, "Ana", "Ben") as running:
        await running.emulator.contact(INES, name="Ines Okafor", device="online", bsuid="GB.318")
        await running.emulator.write(INES, "Is the blue one still in the shop?")
        yield running


async def next_event(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    frame = await socket.receive_json(timeout=5)
    events: list[dict[str, Any]] = frame["events"] if frame["type"] == "events" else [frame]
    return events


async def collect(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    """The next `count` numbered events."""
    events: list[dict[str, Any]] = []
    while len(events) < count:
        events += [event for event in await next_event(socket) if "conversation_id" in event]
    return events


async def test_one_message_goes_all_the_way_round(product: Product) -> None:
    ana, ben = await product.sign_in("Ana"), await product.sign_in("Ben")
    conversation_id = await ana.conversation_of(INES)
    _, page = await ben.call("GET", "/api/conversations")
    async with ben.socket(page["epoch"], page["as_of_seq"]) as socket:
        assert (await next_event(socket))[0]["type"] == "welcome"
        client_id = new_client_id()
        status, row = await ana.send(conversation_id, "It is, the last one.", client_id)
        assert (status, row["status"], row["client_id"]) == (201, "sending", client_id)
        new, sent, delivered = await collect(socket, 3)
        assert [event["type"] for event in (new, sent, delivered)] == [
            "new_message",
            "message_status_update",
            "message_status_update",
        ]
        assert delivered["message"]["status"] == "delivered"
        assert delivered["message"]["_id"] == row["_id"]
        assert (new["prev_seq"], sent["prev_seq"]) == (page["as_of_seq"], new["seq"])
    (entry,) = await product.emulator.ledger(to=INES)
    assert entry["opaque"] == f"{client_id}#1"


async def test_the_same_post_a_hundred_times_is_one_row_and_one_call(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    client_id = new_client_id()
    answers = await asyncio.gather(
        *(ana.send(conversation_id, "Once", client_id) for _ in range(100))
    )
    assert sorted(status for status, _ in answers) == [200] * 99 + [201]
    assert len({row["_id"] for _, row in answers}) == 1
    await ana.until_status(client_id, "delivered")
    assert len(await product.emulator.ledger(opaque=client_id)) == 1
    assert (await ana.send(conversation_id, "Twice", client_id))[0] == 409


@pytest.mark.parametrize(
    "headers", [{}, {"Idempotency-Key": "optimistic-1600000000000-another-id-x"}]
)
async def test_a_post_whose_key_is_not_its_id_is_refused(
    product: Product, headers: dict[str, str]
) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    body = {"client_id": new_client_id(), "message_type": "text", "text_content": "Hi"}
    path = f"/api/conversations/{conversation_id}/messages"
    status, problem = await ana.call("POST", path, body, **headers)
    assert (status, problem["code"]) == (422, "idempotency_key_mismatch")
    status, _ = await ana.call("GET", f"/api/messages/by-client-id/{body['client_id']}")
    assert status == 404


async def test_messages_reach_whatsapp_in_the_order_they_were_accepted(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    ids = []
    for number in range(20):
        status, row = await ana.send(conversation_id, f"Line {number}")
        assert status == 201
        ids.append(row["client_id"])
    await ana.until_status(ids[-1], "delivered")
    ledger = await product.emulator.ledger(to=INES)
    assert [entry["opaque"] for entry in ledger] == [f"{each}#1" for each in ids]


async def test_reading_is_told_to_the_other_browser_and_to_whatsapp(product: Product) -> None:
    ana, ben = await product.sign_in("Ana"), await product.sign_in("Ben")
    conversation_id = await ana.conversation_of(INES)
    _, page = await ben.call("GET", "/api/conversations")
    assert page["conversations"][0]["unread_count"] == 1
    async with ben.socket(page["epoch"], page["as_of_seq"]) as socket:
        await next_event(socket)
        path = f"/api/conversations/{conversation_id}/read"
        assert (await ana.call("POST", path, {"up_to_pos": 1}))[0] == 204
        (event,) = await collect(socket, 1)
    assert (event["type"], event["up_to_pos"]) == ("messages_read", 1)
    assert event["conversation"]["unread_count"] == 0

    async def is_blue() -> bool:
        thread = await product.emulator.control("GET", f"contacts/{INES}/thread")
        return "read" in str(thread)

    await eventually(is_blue)


async def test_a_socket_resumes_after_what_it_has_seen(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    _, page = await ana.call("GET", "/api/conversations")
    for number in range(5):
        await ana.send(conversation_id, f"Missed {number}")
    async with ana.socket(page["epoch"], page["as_of_seq"]) as socket:
        welcome = (await next_event(socket))[0]
        events = await collect(socket, 5)
    assert welcome["type"] == "welcome"
    assert [event["seq"] for event in events[:5]] == list(
        range(page["as_of_seq"] + 1, page["as_of_seq"] + 6)
    )
    assert all(after["prev_seq"] == before["seq"] for before, after in pairwise(events))


@pytest.mark.parametrize(("epoch", "seq"), [("", 0), ("another", 1), (None, 10**9), (None, -1)])
async def test_a_cursor_that_leads_nowhere_is_answered_by_reset(
    product: Product, epoch: str | None, seq: int
) -> None:
    ana = await product.sign_in()
    _, page = await ana.call("GET", "/api/conversations")
    async with ana.socket(page["epoch"] if epoch is None else epoch, seq) as socket:
        frame = (await next_event(socket))[0]
    assert frame["type"] == "reset"


async def test_a_refusal_comes_back_with_its_reason(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    await product.emulator.faults({"do": {"action": "error", "code": 131047}, "times": 1})
    _, row = await ana.send(conversation_id, "Too late")
    await ana.until_status(row["client_id"], "failed")
    failed = await ana.message(row["client_id"])
    assert failed["error"]["code"] == "window_closed"
    assert (await ana.conversations())[0]["unsent_count"] == 1


async def test_empty_query_parameters_count_as_absent(product: Product) -> None:
    ana = await product.sign_in()
    everything = await ana.call("GET", "/api/conversations")
    assert everything[0] == 200
    assert await ana.call("GET", "/api/conversations?filter=&cursor=") == everything


async def test_another_inboxs_conversation_does_not_exist(product: Product) -> None:
    ana = await product.sign_in()
    assert (await ana.send("conversation-nowhere", "Hello"))[0] == 404
    assert (await ana.call("GET", "/api/conversations/conversation-nowhere/messages"))[0] == 404


async def test_a_wrong_signature_is_refused_and_nothing_is_stored(product: Product) -> None:
    ana = await product.sign_in()
    await ana.conversation_of(INES)  # or the contact's own webhook may come in between
    before = await ana.conversations()
    async with product.emulator.http.post(
        f"{product.url}/webhooks/whatsapp",
        data=b'{"entry":[]}',
        headers={"X-Hub-Signature-256": "sha256=" + "0" * 64},
    ) as answer:
        assert answer.status == 401
    assert await ana.conversations() == before
    assert product.log().count("nothing stored") == 1


async def sends_go_on(ana: AgentSession, conversation_id: str, text: str) -> str:
    _, row = await ana.send(conversation_id, text)
    return await ana.until_status(row["client_id"], "delivered")


async def test_the_server_ends_orderly_and_starts_again_on_the_same_data(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    assert await sends_go_on(ana, conversation_id, "Before") == "delivered"
    assert await product.stop() == 0
    await product.start()
    assert await sends_go_on(ana, conversation_id, "After") == "delivered"
