"""Files over HTTP: brought, and served with the caution that strangers' files deserve (security rows 14-16, 35)."""

import asyncio
import io
import secrets
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.protocol.shapes import MediaReference, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.store.database import Transaction
from tests import media_samples
from tests.api.conftest import Answer, Browser, Edge


async def bring(
    browser: Browser, content: bytes, mime_type: str = "", name: str = "", **more: str
) -> Answer:
    """Upload; `name` is percent-encoded already."""
    headers = {"Content-Type": mime_type} if mime_type else {"Content-Type": "application/x-none"}
    headers |= {"Forthwith-Filename": name} if name else {}
    body = io.BytesIO(content)
    return await browser.ask("POST", "/api/media", raw=body, headers=headers | more)


def unlike(content: bytes) -> bytes:
    """The same file for every reader but a hash."""
    return content + secrets.token_bytes(8)


class Shop:
    """Ana, and a contact's open conversation."""

    def __init__(self, edge: Edge, ana: Browser) -> None:
        self.edge, self.ana = edge, ana

    async def send(self, content: bytes, mime_type: str, name: str = "", **more: str) -> str:
        """A stored message with this file; its client_id."""
        brought = await bring(self.ana, content, mime_type, name, **more)
        assert brought.status in (200, 201), brought
        found = brought.json["media"]
        client_id = f"optimistic-1700000000000-{secrets.token_urlsafe(16)}"
        body = {"client_id": client_id, "message_type": found["kind"], "text_content": ""}
        rows = (await self.ana.ask("GET", "/api/conversations")).json["conversations"]
        path = f"/api/conversations/{rows[0]['_id']}/messages"
        body |= {"media": {"id": found["id"]}}
        sent = await self.ana.ask("POST", path, body, headers={"Idempotency-Key": client_id})
        assert sent.status == 201, sent
        return client_id

    async def fetch(self, client_id: str, query: str = "", **headers: str) -> Answer:
        return await self.ana.ask("GET", f"/api/messages/{client_id}/media{query}", headers=headers)


@pytest.fixture
async def shop(edge: Edge, ana: Browser) -> Shop:
    async def open_window(tx: Transaction) -> None:
        await tx.run("UPDATE conversations SET last_inbound_at = :now", now=edge.clock())

    async def make() -> None:
        if not (await edge.context.db.read(lambda tx: tx.all("SELECT id FROM conversations"))):
            await edge.store_a_message()
        await edge.context.db.write(open_window)

    edge.do(make())
    return Shop(edge, ana)


async def test_a_file_is_taken_once_and_known_again(ana: Browser) -> None:
    photo = unlike(media_samples.photo())
    first = await bring(ana, photo, "image/jpeg", "The%20w%C3%A4rm%20one.jpg")
    again = await bring(ana, photo, "image/png")
    assert (first.status, again.status) == (201, 200)
    media = first.json["media"]
    assert media["id"] == again.json["media"]["id"]
    assert (media["kind"], media["mime_type"], media["filename"]) == (
        "image",
        "image/jpeg",
        "The wärm one.jpg",
    )
    assert (media["width"], media["height"]) == (64, 48)


@pytest.mark.parametrize(
    ("content", "claimed", "more", "kind", "mime_type"),
    [
        (media_samples.photo(kind="PNG"), "image/png", {}, "image", "image/png"),
        (media_samples.photo(kind="WEBP"), "image/webp", {}, "image", "image/jpeg"),
        (media_samples.picture("WEBP", (512, 512)), "image/webp", {}, "sticker", "image/webp"),
        (media_samples.moving(), "image/webp", {}, "sticker", "image/webp"),
        (media_samples.voice_note(), "audio/ogg; codecs=opus", {}, "audio", "audio/ogg"),
        (media_samples.film(), "video/mp4", {}, "video", "video/mp4"),
        (media_samples.sound(), "audio/mp4", {}, "audio", "audio/mp4"),
        (media_samples.film(1, (0, 0), b"mp4a"), "video/mp4", {}, "audio", "audio/mp4"),
        (media_samples.PDF, "application/pdf", {}, "document", "application/pdf"),
        (b"a;b\n1;2\n", "text/csv", {}, "document", "text/plain"),
        (media_samples.photo(), "image/jpeg", {"Forthwith-As": "document"}, "document", "image/jpeg"),
        (media_samples.HTML, "text/html", {"Forthwith-As": "document"}, "document", "text/plain"),
        (media_samples.moving("PNG", (8, 8)), "", {"Forthwith-As": "document"}, "document", "image/png"),
    ],
)  # fmt: skip
async def test_the_content_tells_what_a_file_is(
    ana: Browser, content: bytes, claimed: str, more: dict[str, str], kind: str, mime_type: str
) -> None:
    answer = await bring(ana, content, claimed, **more)
    assert answer.status in (200, 201), answer
    media = answer.json["media"]
    assert (media["kind"], media["mime_type"]) == (kind, mime_type)
    if mime_type == "audio/ogg":
        assert (media["duration_ms"], media["voice"]) == (2_500, True)
    if kind == "video":
        assert (media["duration_ms"], media["width"], media["height"]) == (3_000, 320, 240)


@pytest.mark.parametrize(
    ("content", "claimed", "status", "code"),
    [
        (media_samples.moving("GIF", (8, 8)), "image/gif", 415, "media_unsupported"),
        (media_samples.moving("PNG", (8, 8)), "image/png", 415, "media_unsupported"),
        (media_samples.moving("WEBP", (8, 8)), "image/webp", 415, "media_unsupported"),
        (media_samples.voice_note(channels=2), "audio/ogg", 415, "media_unsupported"),
        (media_samples.film(codec=b"hvc1"), "video/mp4", 415, "media_unsupported"),
        (
            media_samples.film(extra=media_samples.box(b"mvex")),
            "video/mp4",
            415,
            "media_unsupported",
        ),
        (b"\x1a\x45\xdf\xa3" + bytes(64), "audio/webm", 415, "media_unsupported"),
        (b"PK\x03\x04" + bytes(64), "application/zip", 415, "media_unsupported"),
        (media_samples.HTML, "text/html", 415, "media_unsupported"),
        (media_samples.PDF, "image/jpeg", 422, "media_broken"),
        (bytes(64), "application/pdf", 422, "media_broken"),
        (media_samples.film()[:60], "video/mp4", 422, "media_broken"),
        (media_samples.photo()[:400], "image/jpeg", 422, "media_broken"),
    ],
)
async def test_what_whatsapp_would_not_take_is_refused_here(
    ana: Browser, content: bytes, claimed: str, status: int, code: str
) -> None:
    answer = await bring(ana, content, claimed)
    assert (answer.status, answer.code) == (status, code)


async def test_a_large_picture_is_refused_by_its_kind_s_own_limit(ana: Browser) -> None:
    answer = await bring(ana, media_samples.photo() + bytes(5 * 1_048_576), "image/jpeg")
    assert (answer.status, answer.code) == (413, "media_too_large")
    assert answer.json["params"] == {"limit_mb": 5, "kind": "image"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
async def test_nothing_tells_where_a_photo_was_taken(
    shop: Shop, kind: str, orientation: int
) -> None:
    photo = media_samples.photo(orientation, kind)
    assert b"Canary" in photo
    kept = await shop.fetch(await shop.send(photo, "image/jpeg"))
    assert b"Canary" not in kept.body
    assert b"Exif" not in kept.body
    media = (await bring(shop.ana, photo)).json["media"]
    turned = (48, 64) if orientation == 6 else (64, 48)
    assert (media["width"], media["height"]) == turned


async def test_a_file_comes_back_whole_and_in_parts(shop: Shop) -> None:
    content = media_samples.film() + bytes(range(256)) * 40
    client_id = await shop.send(content, "video/mp4", "Ride.mp4")
    whole = await shop.fetch(client_id)
    assert (whole.status, whole.body) == (200, content)
    part = await shop.fetch(client_id, Range="bytes=100-199")
    assert (part.status, part.body) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    rest = await shop.fetch(client_id, Range=f"bytes={len(content) - 5}-")
    assert (rest.status, rest.body) == (206, content[-5:])
    beyond = await shop.fetch(client_id, Range="bytes=999999-")
    assert beyond.status == 416


@pytest.mark.parametrize(
    ("content", "claimed", "more", "way"),
    [
        (media_samples.photo(), "image/jpeg", {}, "inline"),
        (media_samples.voice_note(), "audio/ogg", {}, "inline"),
        (media_samples.PDF, "application/pdf", {}, "attachment"),
        (media_samples.HTML, "text/html", {"Forthwith-As": "document"}, "attachment"),
        (media_samples.SVG, "image/svg+xml", {"Forthwith-As": "document"}, "attachment"),
    ],
)
async def test_what_a_browser_might_run_is_only_saved(
    shop: Shop, content: bytes, claimed: str, more: dict[str, str], way: str
) -> None:
    client_id = await shop.send(content, claimed, "..%2F..%2Fa%E2%80%AEb.html", **more)
    served, saved = await shop.fetch(client_id), await shop.fetch(client_id, "?download=1")
    assert served.headers["Content-Disposition"] == f"{way}; filename*=utf-8''ab.html"
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    for answer in (served, saved):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "html" not in answer.headers["Content-Type"]
        assert "svg" not in answer.headers["Content-Type"]


async def test_only_who_has_brought_a_file_may_send_it(edge: Edge, shop: Shop) -> None:
    media = (await bring(shop.ana, unlike(media_samples.PDF), "application/pdf")).json["media"]

    async def send_as_another() -> Any:
        rows = await edge.context.db.read(lambda tx: tx.all("SELECT * FROM conversations"))
        ben = Agent("agent-ben", "ben@shop.example", "Ben", frozenset({rows[0]["inbox_id"]}))
        command = SendMessage(
            f"optimistic-1700000000000-{secrets.token_urlsafe(16)}",
            "",
            "document",
            media=MediaReference(media["id"]),
        )
        return await accept_message(edge.context.db, ben, rows[0]["id"], command, edge.clock())

    with pytest.raises(Exception, match="media_not_found"):
        await asyncio.to_thread(edge.do, send_as_another())
