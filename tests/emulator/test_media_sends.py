"""Media in messages: sends by id and by link, and what contacts send."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulator import files
from tests.emulator.conftest import INES, Business, Receiver, fetch, put_up
from whatsapp_emulator.testing import PHONE_NUMBER_ID, RunningEmulator, running_emulator

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("kind", list(files.GOOD))
async def test_media_is_sent_by_id_and_shows_on_the_phone(
    business: Business, emulator: RunningEmulator, receiver: Receiver, kind: str
) -> None:
    name = await business.uploaded(kind)
    status, answer = await business.post(to=INES, type=kind, **{kind: {"id": name}})
    assert status == 200, answer
    await emulator.quiet()

    assert receiver.names(answer["messages"][0]["id"]) == ["sent", "delivered"]
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    shown = thread["messages"][-1]["media"]
    mime_type, content = files.GOOD[kind]
    assert (shown["mime_type"], shown["file_size"]) == (mime_type, len(content))
    async with emulator.http.get(emulator.url + shown["url"]) as page:
        assert await page.read() == content
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        is_saved = page.headers["Content-Disposition"] == "attachment"
    assert is_saved == (kind == "document")


async def test_an_id_that_is_not_there_is_refused(
    business: Business, emulator: RunningEmulator
) -> None:
    ours = await business.uploaded("image")
    await business.call("DELETE", ours)
    image = {"type": "image", "image": {"id": ours}}
    button = {"type": "reply", "reply": {"id": "a", "title": "A"}}
    for kind, payload, path in (
        ("image", {"id": ours}, "image"),
        (
            "interactive",
            {
                "type": "button",
                "header": image,
                "body": {"text": "x"},
                "action": {"buttons": [button]},
            },
            "interactive['header']['image']",
        ),
    ):
        status, answer = await business.post(to=INES, type=kind, **{kind: payload})
        assert (status, answer["error"]["code"]) == (400, 100)
        assert answer["error"]["message"] == (
            f"(#100) Param {path}['id'] is not a valid whatsapp business account media "
            "attachment ID"
        )
    assert await emulator.ledger() == []


async def test_media_belongs_to_the_number_it_was_uploaded_on(receiver: Receiver) -> None:
    numbers = (PHONE_NUMBER_ID, "900000000000002")
    async with (
        running_emulator(webhook_url=receiver.url, phone_number_ids=numbers) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        body = {"from": INES, "text": "Hello", "phone_number_id": numbers[1]}
        await emulator.control("POST", "inbound", body)
        image = {"id": await business.uploaded("image")}
        call = {"messaging_product": "whatsapp", "to": INES, "type": "image", "image": image}
        status, answer, _ = await business.call("POST", f"{numbers[1]}/messages", call)
        assert (status, answer["error"]["code"]) == (400, 100)


@pytest.mark.parametrize(
    ("content", "mime_type", "kind", "words"),
    [
        (
            files.PDF,
            "image/jpeg",
            "image",
            "Image file uploaded with mimetype as image/jpeg, howev",
        ),
        (files.PALETTE_PNG, "image/png", "image", "it is of type application/octet-stream"),
        (files.WEBM, "audio/ogg; codecs=opus", "audio", "mimetype as audio/ogg; codecs=opus"),
        (files.STEREO, "audio/ogg", "audio", "application/octet-stream"),
        (files.VORBIS, "audio/ogg", "audio", "application/octet-stream"),
        (files.FRAGMENTED_MP4, "audio/mp4", "audio", "application/octet-stream"),
        (files.STICKER, "image/webp", "image", "Please use one of image/jpeg, image/png."),
        (files.PDF, "application/pdf", "video", "Unsupported Video mime type application/pdf"),
        (files.MP4, "audio/mp4", "voice", "application/octet-stream"),
    ],
)
async def test_content_that_belies_its_kind_fails_after_it_was_accepted(
    business: Business,
    emulator: RunningEmulator,
    receiver: Receiver,
    content: bytes,
    mime_type: str,
    kind: str,
    words: str,
) -> None:
    status, answer = await business.upload(content, mime_type)
    assert status == 200, "WhatsApp looks into the file only when it is sent"
    media: dict[str, Any] = {"id": answer["id"]}
    if kind == "voice":
        kind, media = "audio", {**media, "voice": True}
    status, answer = await business.post(to=INES, type=kind, **{kind: media})
    assert status == 200
    await emulator.quiet()

    [failed] = [one for one in receiver.statuses if one["id"] == answer["messages"][0]["id"]]
    assert failed["status"] == "failed"
    [error] = failed["errors"]
    assert error["code"] == 131053
    assert words in error["error_data"]["details"]


# --- links ---------------------------------------------------------------------------------


class Shelf:
    """A web server with pictures; ``asked`` are the paths that were fetched."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []

    async def get(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        match request.path:
            case "/page":
                return web.Response(text="<html>", content_type="text/html")
            case "/moved":
                raise web.HTTPFound("/bike.jpg")
            case "/bike.jpg":
                return web.Response(body=files.JPEG, content_type="image/jpeg")
            case "/long.jpg":
                return web.Response(
                    body=files.JPEG + bytes(5 * MEGABYTE), content_type="image/jpeg"
                )
        raise web.HTTPNotFound


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf = Shelf()
    app = web.Application()
    app.router.add_get("/{path:.*}", shelf.get)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    shelf.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield shelf
    finally:
        await runner.cleanup()


async def send_link(business: Business, emulator: RunningEmulator, link: str) -> str:
    status, answer = await business.post(to=INES, type="image", image={"link": link})
    assert status == 200, answer
    await emulator.quiet()
    return str(answer["messages"][0]["id"])


async def test_a_link_is_fetched_once_in_ten_minutes_and_shows_on_the_phone(
    business: Business, emulator: RunningEmulator, receiver: Receiver, shelf: Shelf
) -> None:
    for _ in range(2):
        wamid = await send_link(business, emulator, f"{shelf.url}/bike.jpg")
        assert receiver.names(wamid) == ["sent", "delivered"]
    assert shelf.asked == ["/bike.jpg"]
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    async with emulator.http.get(emulator.url + thread["messages"][-1]["media"]["url"]) as page:
        assert await page.read() == files.JPEG
    await emulator.control("POST", "clock/advance", {"seconds": 601})
    await send_link(business, emulator, f"{shelf.url}/bike.jpg")
    assert len(shelf.asked) == 2


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nothing", "failed with http code 404, status message Not Found"),
        ("/moved", "failed with http code 302"),
        ("/page", "Unsupported Image mime type text/html"),
        ("/long.jpg", "too large"),
    ],
)
async def test_a_link_that_cannot_be_used_fails_after_it_was_accepted(
    business: Business,
    emulator: RunningEmulator,
    receiver: Receiver,
    shelf: Shelf,
    path: str,
    words: str,
) -> None:
    wamid = await send_link(business, emulator, shelf.url + path)
    [failed] = [one for one in receiver.statuses if one["id"] == wamid]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131053)
    assert words in failed["errors"][0]["error_data"]["details"]


async def test_links_to_other_machines_are_never_fetched(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    wamid = await send_link(business, emulator, "https://example.invalid/bike.jpg")
    [failed] = [one for one in receiver.statuses if one["id"] == wamid]
    assert "only calls this machine" in failed["errors"][0]["error_data"]["details"]


# --- files of contacts ---------------------------------------------------------------------


async def test_a_contact_sends_a_picture(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    name = (await put_up(emulator, files.JPEG, "image/jpeg"))["id"]
    await emulator.control(
        "POST", "inbound", {"from": INES, "type": "image", "image": {"id": name, "caption": "Look"}}
    )
    await emulator.quiet()

    image = receiver.messages[-1]["image"]
    url = image.pop("url")
    digest = base64.b64encode(hashlib.sha256(files.JPEG).digest()).decode()
    assert image == {"mime_type": "image/jpeg", "sha256": digest, "id": name, "caption": "Look"}
    assert await fetch(business, url) == (200, files.JPEG, "image/jpeg")
    assert (await fetch(business, url, {}))[0] == 401
    _, node, _ = await business.call("GET", name)
    assert await fetch(business, node["url"]) == (200, files.JPEG, "image/jpeg")
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["messages"][-1]["media"]["id"] == name


async def test_voice_notes_documents_and_stickers_of_contacts_are_described_as_meta_does(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    async def written(kind: str, content: bytes, mime_type: str, **fields: Any) -> Any:
        name = (await put_up(emulator, content, mime_type, filename="card.pdf"))["id"]
        body = {"from": INES, "type": kind, kind: {"id": name, **fields}}
        await emulator.control("POST", "inbound", body)
        await emulator.quiet()
        return receiver.messages[-1][kind]

    voice = await written("audio", files.VOICE, "audio/ogg; codecs=opus", voice=True)
    assert (voice["mime_type"], voice["voice"]) == ("audio/ogg; codecs=opus", True)
    assert (await written("audio", files.VOICE, "audio/mpeg"))["voice"] is False
    assert (await written("document", files.PDF, "application/pdf"))["filename"] == "card.pdf"
    assert (await written("sticker", files.MOVING_STICKER, "image/webp"))["animated"] is True
    assert (await written("sticker", files.STICKER, "image/webp"))["animated"] is False


async def test_a_file_of_a_contact_may_come_as_a_form_and_be_of_any_type(
    emulator: RunningEmulator,
) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"GIF89a", filename="a.gif", content_type="image/gif")
    async with emulator.http.post(f"{emulator.url}/_control/media", data=form) as answer:
        shape = await answer.json()
    assert (shape["mime_type"], shape["filename"]) == ("image/gif", "a.gif")
    for data in (b"", aiohttp.FormData({"other": "x"}, default_to_multipart=True)):
        async with emulator.http.post(f"{emulator.url}/_control/media", data=data) as answer:
            assert answer.status == 400
    async with emulator.http.get(f"{emulator.url}/_control/media/1") as answer:
        assert answer.status == 404
