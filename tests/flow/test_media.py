"""Files go out by the rules of text: once, in order, whatever the upload takes; and come in (G1, G2, G5)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests import media_samples
from tests.rig import AgentSession, Product, eventually, new_client_id, running_product

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


async def write_file(
    product: Product, content: bytes, mime_type: str, kind: str, filename: str = "", **more: Any
) -> None:
    """The contact sends a file."""
    emulator = product.emulator
    async with emulator.http.post(
        f"{emulator.url}/_control/media",
        data=content,
        params={"filename": filename} if filename else {},
        headers={"Content-Type": mime_type},
    ) as answer:
        brought = await answer.json(content_type=None)
        assert answer.status < 300, brought
    body = {"from": INES, "type": kind, kind: {"id": brought["id"], **more}}
    await emulator.control("POST", "inbound", body)


async def last_message(agent: AgentSession, conversation_id: str) -> dict[str, Any]:
    return (await agent.messages(conversation_id))[-1]


async def until_media_is(agent: AgentSession, conversation_id: str, state: str) -> dict[str, Any]:
    """The newest message, once its file is so."""

    async def look() -> dict[str, Any] | None:
        row = await last_message(agent, conversation_id)
        return row if row["media"] and row["media"]["state"] == state else None

    row: dict[str, Any] = await eventually(look)
    return row


async def test_a_contact_s_picture_is_fetched_and_served_byte_for_byte(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    picture = media_samples.photo()
    await write_file(product, picture, "image/jpeg", "image", caption="The wheel")
    row = await until_media_is(ana, conversation_id, "ready")
    assert (row["message_type"], row["text_content"], row["rev"]) == ("image", "The wheel", 2)
    media = row["media"]
    assert (media["mime_type"], media["size"]) == ("image/jpeg", len(picture))
    assert (media["width"], media["height"]) == (64, 48)
    async with ana.http.get(f"{ana.url}/api/messages/{row['_id']}/media") as answer:
        assert answer.status == 200
        assert await answer.read() == picture


async def test_a_picture_goes_out_once_however_often_it_is_posted(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    _, answer = await bring(ana, media_samples.photo(), "image/jpeg")
    media = {"id": answer["media"]["id"], "filename": "wheel.jpg"}
    client_id = new_client_id()
    more = {"message_type": "image", "media": media}
    answers = [await ana.send(conversation_id, "", client_id, **more) for _ in range(3)]
    assert [status for status, _ in answers] == [201, 200, 200]
    for other in ({"id": media["id"], "filename": "other.jpg"}, {"id": "media-x"}, None):
        changed = {"message_type": "image", "media": other} if other else {"message_type": "text"}
        assert (await ana.send(conversation_id, "", client_id, **changed))[0] in (409, 422)
    await ana.until_status(client_id, "delivered")
    assert await handed_over(product) == [("image", f"{client_id}#1")]


async def test_a_voice_note_and_a_document_arrive_as_what_they_are(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    note = await send_file(ana, conversation_id, media_samples.voice_note(), "audio/ogg")
    offer = await send_file(ana, conversation_id, media_samples.PDF, "application/pdf", "Our offer")
    await ana.until_status(offer, "delivered")
    entries = await product.emulator.ledger(to=INES)
    assert [(entry["type"], entry["opaque"]) for entry in entries] == [
        ("audio", f"{note}#1"),
        ("document", f"{offer}#1"),
    ]
    assert "'voice': True" in str(entries[0]["body"])


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_a_server_killed_in_an_upload_sends_the_picture_once_and_leaves_no_doubt(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Killed in the upload, right after it, and at moments of chance: the ledger has each once, in order (G1, G5)."""
    settings: Any = {"outcome_wait_seconds": "2", "graph_timeout_seconds": "5"}
    if engine == "postgres":
        settings["database_url"] = request.getfixturevalue("postgres_url")
    async with running_product(tmp_path, "Ana", **settings) as product:
        await product.emulator.contact(INES, name="Ines Okafor", device="online")
        await product.emulator.write(INES, "Do you have a picture of it?")
        ana = await product.sign_in()
        conversation_id = await ana.conversation_of(INES)
        sent: list[str] = []
        for moment in (0.0, 0.05, 0.15, 0.3, 0.6):
            await product.emulator.faults(
                {"match": {"kind": "upload"}, "do": {"action": "slow", "seconds": 0.3}}
            )
            photo = media_samples.picture(colour=(len(sent), 0, 0))
            sent.append(await send_file(ana, conversation_id, photo, "image/jpeg"))
            _, row = await ana.send(conversation_id, f"Number {len(sent)}")
            sent.append(row["client_id"])
            await asyncio.sleep(moment)
            await product.kill()
            await product.start()
        endings = [
            await ana.until_status(each, "delivered", "unconfirmed", within_seconds=30)
            for each in sent
        ]
        entries = await product.emulator.ledger(to=INES)
        order = [entry["opaque"].partition("#")[0] for entry in entries]
        assert len(set(order)) == len(order)
        assert order == [each for each in sent if each in order]
        certain = [
            each for each, ending in zip(sent, endings, strict=True) if ending == "delivered"
        ]
        assert set(certain) <= set(order)
        pictures = endings[::2]
        print(f"{engine}: {endings.count('unconfirmed')} of {len(sent)} unconfirmed")
        assert pictures.count("delivered") >= 4  # only a kill within the send itself leaves a doubt


async def test_a_file_that_does_not_come_is_shown_as_awaited_and_tried_again(
    product: Product,
) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    await product.emulator.faults(
        {"match": {"kind": "resolve"}, "do": {"action": "unavailable"}, "times": 1},
        {"match": {"kind": "download"}, "do": {"action": "reset"}, "times": 1},
    )
    await write_file(product, media_samples.PDF, "application/pdf", "document", "..\\Bill.pdf")
    await until_media_is(ana, conversation_id, "fetching")
    row = await until_media_is(ana, conversation_id, "ready")
    assert row["media"]["filename"] == "Bill.pdf"

    await product.emulator.faults({"match": {"kind": "download"}, "do": {"action": "truncate"}})
    await write_file(product, media_samples.HTML, "image/png", "image")
    await until_media_is(ana, conversation_id, "fetching")
    await product.emulator.faults()
    row = await until_media_is(ana, conversation_id, "ready")
    async with ana.http.get(f"{ana.url}/api/messages/{row['_id']}/media") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment;")
