"""Sending: what Meta answers, what lands in the ledger, what the webhooks then say."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID, RunningEmulator


async def test_a_text_is_answered_as_meta_does(
    business: Business, emulator: RunningEmulator
) -> None:
    status, answer = await business.text("Thursday at 9:30 is free.", to="+44 7700 900318")

    assert status == 200
    wamid = answer["messages"][0]["id"]
    assert answer == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+44 7700 900318", "wa_id": INES}],
        "messages": [{"id": wamid}],
    }
    assert INES.encode() in base64.b64decode(wamid.removeprefix("wamid."))
    [entry] = await emulator.ledger()
    assert (entry["wamid"], entry["body"]) == (wamid, "Thursday at 9:30 is free.")


async def test_a_contact_may_be_addressed_by_business_scoped_id(
    business: Business, emulator: RunningEmulator
) -> None:
    [ines] = await emulator.control("GET", "contacts")
    body = {"type": "text", "text": {"body": "Hello"}}

    status, answer = await business.post(recipient=ines["bsuid"], **body)
    assert (status, answer["contacts"]) == (
        200,
        [{"input": ines["bsuid"], "user_id": ines["bsuid"]}],
    )

    _, answer = await business.post(recipient="GB.1", to=INES, **body)
    assert answer["contacts"] == [{"input": INES, "wa_id": INES}], "`to` wins when both are there"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": INES, "type": "text"}, 100),
        ({"to": INES, "type": "text", "text": "Hello"}, 100),
        ({"to": INES, "type": "text", "text": {"body": ""}}, 100),
        ({"to": INES, "type": "text", "text": {"body": "  "}}, 100),
        ({"to": INES, "type": "text", "text": {"body": 5}}, 100),
        ({"to": INES, "type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"to": INES, "type": "poll", "poll": {}}, 100),
        ({"type": "text", "text": {"body": "x"}}, 100),
        ({"to": INES, "text": {"body": "x"}, "messaging_product": "sms"}, 100),
        ({"to": INES, "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
        ({"to": INES, "text": {"body": "x"}, "context": {"message_id": "17"}}, 131009),
        ({"to": INES, "type": "image", "image": {"caption": "no id, no link"}}, 100),
        ({"to": INES, "type": "template", "template": {"name": "hello"}}, 100),
        ({"to": INES, "type": "contacts", "contacts": []}, 131009),
        ({"to": "447700900999", "text": {"body": "x"}}, 131026),
        ({"status": "read"}, 100),
        ({"status": "read", "message_id": "wamid.unknown"}, 131009),
    ],
)
async def test_what_is_wrong_is_refused_with_metas_code(
    business: Business, emulator: RunningEmulator, fields: dict[str, Any], code: int
) -> None:
    status, answer = await business.post(**fields)

    assert (status, answer["error"]["code"]) == (400, code)
    assert set(answer["error"]) == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert answer["error"]["type"] == "OAuthException"
    assert await emulator.ledger() == []


@pytest.mark.parametrize("length", [4096, 1])
async def test_the_longest_and_shortest_text_pass(business: Business, length: int) -> None:
    status, _ = await business.text("😀" * length, biz_opaque_callback_data="o" * 512)
    assert status == 200


async def test_a_body_that_is_no_json_is_refused(
    business: Business, emulator: RunningEmulator
) -> None:
    url = f"{emulator.url}/v26.0/{PHONE_NUMBER_ID}/messages"
    headers = {"Authorization": f"Bearer {emulator.settings.token}"}
    for raw in (b"", b"{", b"[]", b"[" * 100_000, b"\xff"):
        async with business.http.post(url, data=raw, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, 100)


async def test_every_call_needs_the_token(business: Business) -> None:
    for method, path in (("POST", f"{PHONE_NUMBER_ID}/messages"), ("GET", PHONE_NUMBER_ID)):
        status, answer, _ = await business.call(method, path, token="wrong")
        assert (status, answer["error"]["code"]) == (401, 190)


async def test_the_reads_an_inbox_needs(business: Business) -> None:
    status, node, headers = await business.call("GET", f"{PHONE_NUMBER_ID}?fields=verified_name")
    assert (status, node) == (200, {"verified_name": "Alder Lane Cycles", "id": PHONE_NUMBER_ID})
    assert headers["facebook-api-version"] == "v26.0"

    _, numbers, _ = await business.call("GET", f"{BUSINESS_ACCOUNT_ID}/phone_numbers")
    assert [number["id"] for number in numbers["data"]] == [PHONE_NUMBER_ID]
    _, apps, _ = await business.call("GET", f"{BUSINESS_ACCOUNT_ID}/subscribed_apps")
    assert len(apps["data"]) == 1
    _, done, _ = await business.call("POST", f"{BUSINESS_ACCOUNT_ID}/subscribed_apps")
    assert done == {"success": True}

    for path in ("123", "123/phone_numbers", "123/messages", f"{PHONE_NUMBER_ID}/nothing"):
        status, answer, _ = await business.call("GET", path)
        assert (status, answer["error"]["code"]) == (400, 100)


async def test_statuses_come_in_metas_shape(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    [ines] = await emulator.control("GET", "contacts")
    wamid = await business.send("Hello", biz_opaque_callback_data="optimistic-1#1")
    await emulator.quiet()
    await emulator.control("POST", f"contacts/{INES}/read")
    await emulator.quiet()

    by_name = {one["status"]: one for one in receiver.statuses if one["id"] == wamid}
    assert set(by_name) == {"sent", "delivered", "read"}
    sent = by_name["sent"]
    assert sent.pop("timestamp").isdigit()
    assert sent == {
        "id": wamid,
        "status": "sent",
        "recipient_id": INES,
        "recipient_user_id": ines["bsuid"],
        "biz_opaque_callback_data": "optimistic-1#1",
        "pricing": {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        },
    }
    assert ("pricing" in by_name["delivered"], "pricing" in by_name["read"]) == (True, False)
    value = next(value for value in receiver.values if "statuses" in value)
    assert value["metadata"] == {
        "display_phone_number": "442079460018",
        "phone_number_id": PHONE_NUMBER_ID,
    }
    assert value["contacts"] == [
        {"profile": {"name": "Ines Okafor"}, "user_id": ines["bsuid"], "wa_id": INES}
    ]


async def test_a_hidden_number_is_nowhere_in_the_webhooks(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    goose = "447700900377"
    contact = await emulator.contact(
        goose, name="gravelgoose", username="gravelgoose", phone_hidden=True
    )
    await emulator.write(goose, "Is the gravel bike still there?")
    await business.post(recipient=contact["bsuid"], type="text", text={"body": "It is."})
    await emulator.quiet()

    assert not any(goose.encode() in body for body in receiver.bodies)
    assert receiver.messages[-1]["from_user_id"] == contact["bsuid"]
    profiles = {
        one["status"]: value["contacts"][0]["profile"]
        for value in receiver.values
        for one in value.get("statuses", [])
    }
    assert profiles["sent"] == {"name": "gravelgoose"}, "a username never comes with `sent`"
    assert profiles["delivered"] == {"name": "gravelgoose", "username": "gravelgoose"}


async def test_reading_and_typing_show_on_the_phone(
    business: Business, emulator: RunningEmulator
) -> None:
    first = await emulator.write(INES, "one")
    second = await emulator.write(INES, "two")
    await emulator.quiet()

    async def ticks() -> dict[str, str]:
        thread = await emulator.control("GET", f"contacts/{INES}/thread")
        return {one["id"]: one["status"] for one in thread["messages"]}

    assert (await ticks())[second] == "delivered"
    status, answer = await business.post(status="read", message_id=second)
    assert (status, answer) == (200, {"success": True})
    assert {(await ticks())[first], (await ticks())[second]} == {"read"}, "earlier ones too"

    await business.post(status="read", message_id=second, typing_indicator={"type": "text"})
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert 20 < thread["typing_seconds"] <= 25
    await business.send("Hello")
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["typing_seconds"] == 0
