"""The wire log: each call, answer, webhook and fault, without secrets and in bounded memory."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver
from tests.emulator.files import JPEG
from whatsapp_emulator.testing import PHONE_NUMBER_ID, TOKEN, RunningEmulator
from whatsapp_emulator.wire.log import BODY_CHARACTERS, KEPT, KEPT_CHARACTERS, Exchange, WireLog

TOMAS = "447700900226"


async def wire(emulator: RunningEmulator, **query: str) -> list[dict[str, Any]]:
    exchanges: list[dict[str, Any]] = await emulator.control("GET", "wire", query=query)
    return exchanges


async def test_a_send_and_its_statuses_are_on_the_wire_with_their_bodies(
    emulator: RunningEmulator, business: Business
) -> None:
    await emulator.control("DELETE", "wire")
    await business.send("Thursday at 9:30?", biz_opaque_callback_data="optimistic-1#1")
    await emulator.quiet()
    call, sent, delivered = await wire(emulator, bodies="1")
    assert (call["kind"], call["what"], call["words"]) == (
        *("call", "POST messages"),
        "text to Ines Okafor",
    )
    assert (call["http"], call["ended"], call["wa_ids"]) == (200, True, [INES])
    assert '"body": "Thursday at 9:30?"' in call["request"]
    assert '"messages"' in call["answer"]
    assert call["ms"] >= 0
    assert [sent["what"], delivered["what"]] == ["webhook sent", "webhook delivered"]
    assert sent["words"] == "Ines Okafor, …ic-1#1"
    assert "biz_opaque_callback_data" in sent["request"]


async def test_the_wire_shows_neither_the_token_nor_the_secret(
    emulator: RunningEmulator, business: Business
) -> None:
    await business.send(f"my token is {TOKEN}")
    await business.call("GET", f"{PHONE_NUMBER_ID}?access_token=EAAforeign&fields=id")
    await emulator.quiet()
    text = str(await wire(emulator, bodies="1"))
    assert "my token is •••" in text
    assert "access_token=•••" in text
    for secret in (TOKEN, "EAAforeign", emulator.settings.app_secret):
        assert secret not in text


async def test_the_wire_can_be_asked_about_one_contact(
    emulator: RunningEmulator, business: Business
) -> None:
    await emulator.contact(TOMAS, name="Tomás Verhey")
    await emulator.write(TOMAS, "Hello")
    await business.send("to Ines")
    await business.send("to Tomás", to=TOMAS)
    await emulator.quiet()
    mine = await wire(emulator, to=TOMAS)
    assert {"text to Tomás Verhey", "text from Tomás Verhey"} <= {one["words"] for one in mine}
    assert all(one["wa_ids"] == [TOMAS] for one in mine)
    newest = await wire(emulator, after=str(mine[-1]["number"] - 1))
    assert [one["number"] for one in newest][:1] == [mine[-1]["number"]]


async def test_a_fault_is_named_before_what_it_does(
    emulator: RunningEmulator, business: Business
) -> None:
    await emulator.faults(
        {"name": "Break the connection", "do": "close", "times": 1},
        {"do": "duplicate", "match": {"text": "twice"}},
    )
    with pytest.raises(aiohttp.ClientError):
        await business.text("broken")
    await business.send("twice")
    await emulator.quiet()
    found = [(one["kind"], one["words"], one["http"], one["error"]) for one in await wire(emulator)]
    assert ("fault", "“Break the connection”, hit 1 of 1, Ines Okafor", None, None) in found
    assert ("call", "text to Ines Okafor", None, "no answer") in found
    assert ("fault", "“Duplicate”, hit 1, Ines Okafor", None, None) in found
    assert sum(words.endswith(", again") for _, words, _, _ in found) == 2


async def test_a_call_is_on_the_wire_before_it_is_answered(
    emulator: RunningEmulator, business: Business
) -> None:
    await emulator.faults({"do": {"action": "hang"}, "times": 1})
    with pytest.raises(TimeoutError):
        async with business.http.post(
            f"{emulator.url}/v26.0/{PHONE_NUMBER_ID}/messages",
            json={
                "messaging_product": "whatsapp",
                "to": INES,
                "type": "text",
                "text": {"body": "?"},
            },
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=aiohttp.ClientTimeout(total=0.3),
        ):
            pass
    [call] = [one for one in await wire(emulator) if one["kind"] == "call"]
    assert call["http"] is None


async def test_a_webhook_that_was_refused_says_so_and_comes_again(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    receiver.answers = [503]
    await emulator.write(INES, "Hello?")
    await emulator.quiet()
    *_, first, second = await wire(emulator)
    assert (first["http"], second["http"]) == (503, 200)
    assert second["words"] == "text from Ines Okafor, attempt 2"


def test_the_log_forgets_the_oldest_by_number_and_by_size() -> None:
    changed: list[Exchange] = []
    log = WireLog(("hush",), changed.append)
    for number in range(KEPT + 10):
        log.add("call", 0.0, f"call {number}")
    kept = log.since(0, None)
    assert len(kept) == KEPT
    assert kept[0].what == "call 10"
    for _ in range(KEPT_CHARACTERS // BODY_CHARACTERS + 5):
        log.end(log.add("call", 0.0, "big"), 1.0, 200, "x" * (2 * BODY_CHARACTERS), None)
    assert sum(len(one.answer) for one in log.since(0, None)) <= KEPT_CHARACTERS
    assert log.since(0, None)[-1].answer.endswith(" more characters")


def test_an_exchange_is_told_when_it_begins_and_when_it_ends() -> None:
    told: list[tuple[int, bool]] = []
    log = WireLog((), lambda exchange: told.append((exchange.number, exchange.ended)))
    exchange = log.add("call", 0.0, "GET node", ended=False)
    log.end(exchange, 2.0, 200, "{}", None)
    assert told == [(1, False), (1, True)]
    assert log.get(1) is exchange
    log.clear()
    assert log.get(1) is None


async def test_a_file_passes_the_wire_untouched(
    emulator: RunningEmulator, business: Business
) -> None:
    form = aiohttp.FormData({"messaging_product": "whatsapp"})
    form.add_field("file", JPEG, filename="larch.jpg", content_type="image/jpeg")
    async with business.http.post(
        f"{emulator.url}/v26.0/{PHONE_NUMBER_ID}/media",
        data=form,
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as answer:
        assert answer.status == 200
    [upload] = [one for one in await wire(emulator, bodies="1") if one["what"] == "POST media"]
    assert upload["request"].startswith("(multipart/form-data, ")
