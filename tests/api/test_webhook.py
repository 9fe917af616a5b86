"""The webhook over real HTTP: 401 for what Meta did not sign, 200 only for what is stored (R10, G7; bad-input 25-43)."""

import asyncio
import hmac
import io
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from forthwith.services import receive_webhook
from forthwith.store import sqlite_connection
from forthwith.store.database import Transaction
from tests.api.conftest import Answer, Browser, Edge, browsing, running_edge

SECRET = b"secret-of-tests"
NUMBER = "900000000000001"
NOW = str(int(time.time()))


def body(wamid: str = "wamid.1", text: str = "Grüße") -> bytes:
    message = {
        "from": "447700900226",
        "id": wamid,
        "timestamp": NOW,
        "type": "text",
        "text": {"body": text},
    }
    value = {"metadata": {"phone_number_id": NUMBER}, "contacts": [], "messages": [message]}
    entry = {"id": "8", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signature(raw: bytes, secret: bytes = SECRET, kind: str = "sha256") -> dict[str, str]:
    digest = hmac.new(secret, raw, kind).hexdigest()
    return {"X-Hub-Signature-256": f"{kind}={digest}"}


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    """A server past its first seconds, whose store gives up quickly."""
    monkeypatch.setattr(receive_webhook, "GATHER_FOR_FIRST_SECONDS", 0)
    monkeypatch.setattr(sqlite_connection, "BUSY_TIMEOUT_MS", 100)
    with running_edge(tmp_path) as edge:
        edge.add_agent("ana@shop.example")
        yield edge


async def post(edge: Edge, raw: bytes, headers: dict[str, str] | None = None) -> Answer:
    async with browsing(edge) as meta:
        signed = signature(raw) if headers is None else headers
        return await meta.ask(
            "POST", "/webhooks/whatsapp", raw=io.BytesIO(raw), headers=signed, origin=None
        )


async def count(edge: Edge, table: str) -> int:
    async def read(tx: Transaction) -> int:
        row = await tx.one(f"SELECT COUNT(*) AS n FROM {table}")
        assert row is not None
        return int(row["n"])

    return await asyncio.to_thread(lambda: edge.do(edge.context.db.read(read)))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        signature(body(), b"another secret"),
        signature(body(), kind="sha1"),
        signature(json.dumps(json.loads(body()), ensure_ascii=False).encode()),
    ],
    ids=["none", "empty", "wrong secret", "sha1", "of the body encoded again"],
)
async def test_what_is_not_signed_is_refused_unread_with_one_line(
    hooked: Edge, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    caplog.set_level(logging.WARNING)
    answer = await post(hooked, body(), headers)
    assert (answer.status, answer.code) == (401, "bad_signature")
    assert await count(hooked, "webhooks") == await count(hooked, "messages") == 0
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{}", 200),
        (b'{"entry":null}', 200),
        (b"[]", 200),
        (b'{"n":' + b"9" * 5_000 + b"}", 200),
        (b"", 400),
        (b"not json", 400),
        (b"[" * 100_000, 400),
        (b'{"entry":[],"entry":[]}', 400),
        (b'{"x":"' + b"x" * 3 * 1024 * 1024 + b'"}', 413),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_odd_bodies_have_their_answers(hooked: Edge, raw: bytes, status: int) -> None:
    assert (await post(hooked, raw)).status == status
    assert await count(hooked, "webhooks") == (status == 200)


async def test_the_same_delivery_five_times_at_once_has_one_effect(hooked: Edge) -> None:
    answers = await asyncio.gather(*(post(hooked, body()) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert await count(hooked, "messages") == await count(hooked, "events") == 1


async def test_a_store_that_cannot_write_refuses_and_still_reads(hooked: Edge) -> None:
    async with browsing(hooked) as ana:
        await ana.sign_in()
        assert (await post(hooked, body())).status == 200
        (thread,) = (await ana.ask("GET", "/api/conversations")).json["conversations"]
        send: dict[str, Any] = {
            "client_id": "optimistic-1600000000000-0123456789abcdef",
            "message_type": "text",
            "text_content": "Hi",
        }
        path = f"/api/conversations/{thread['_id']}/messages"
        holder = apsw.Connection(str(hooked.settings.data_dir / "forthwith.db"))
        holder.execute("BEGIN IMMEDIATE")
        assert (await post(hooked, body("wamid.2"))).code == "storage_unavailable"
        assert (await send_as(ana, path, send)).code == "storage_unavailable"
        assert (await ana.ask("GET", path)).status == 200
        holder.close()
        assert (await post(hooked, body("wamid.2"))).status == 200
        assert (await send_as(ana, path, send)).status == 201
    assert await count(hooked, "webhooks") == 2


async def send_as(browser: Browser, path: str, command: dict[str, Any]) -> Answer:
    key = {"Idempotency-Key": str(command["client_id"])}
    return await browser.ask("POST", path, command, headers=key)


async def test_the_handshake_echoes_the_bare_challenge_to_who_knows_the_word(hooked: Edge) -> None:
    ask = "/webhooks/whatsapp?hub.mode={}&hub.verify_token={}&hub.challenge=%3Cb%3E42"
    async with browsing(hooked) as meta:
        good = await meta.ask("GET", ask.format("subscribe", "verify-token-of-tests"))
        wrong = await meta.ask("GET", ask.format("subscribe", "guess"))
        mode = await meta.ask("GET", ask.format("unsubscribe", "verify-token-of-tests"))
    assert (good.status, good.body) == (200, b"<b>42")
    assert good.headers["Content-Type"].startswith("text/plain")
    assert (wrong.status, mode.status) == (403, 403)
