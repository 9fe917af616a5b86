"""npm @kapso/whatsapp-cloud-api against the emulator: what it calls is answered, what it reads it understands."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.conformance.conftest import ClientError, NpmClients
from tests.conformance.files import FILES
from tests.emulator.conftest import INES, Receiver
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.testing import (
    APP_SECRET,
    PHONE_NUMBER_ID,
    RunningEmulator,
    running_emulator,
)
from whatsapp_emulator.webhooks.signature import sign

BUTTONS = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
SECTIONS = [{"title": "Days", "rows": [{"id": "mon", "title": "Monday", "description": "Early"}]}]
CARD = {"name": {"formattedName": "Tomás Verhey", "firstName": "Tomás"}}
LINK = "http://127.0.0.1:9/brochure.pdf"  # nobody listens there: accepted, and failed later

SENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "messages.sendText": ("text", {"body": "Your bicycle is ready.", "previewUrl": False}),
    "messages.sendDocument": ("document", {"document": {"link": LINK, "filename": "b.pdf"}}),
    "messages.sendLocation": (
        "location",
        {"location": {"latitude": 51.5, "longitude": -0.1, "name": "Alder Lane"}},
    ),
    "messages.sendContacts": ("contacts", {"contacts": [{**CARD, "phones": [{"phone": "+1"}]}]}),
    "messages.sendInteractiveButtons": ("interactive", {"bodyText": "Good?", "buttons": BUTTONS}),
    "messages.sendInteractiveList": (
        "interactive",
        {"bodyText": "When?", "buttonText": "Days", "sections": SECTIONS},
    ),
    "messages.sendInteractiveCtaUrl": (
        "interactive",
        {
            "bodyText": "Your invoice",
            "parameters": {"displayText": "Open", "url": "https://example.com/7"},
        },
    ),
    "messages.sendInteractiveLocationRequest": (
        "interactive",
        {"bodyText": "Where are you?", "parameters": {"requestMessage": "Share"}},
    ),
    "messages.sendInteractiveFlow": (
        "interactive",
        {"bodyText": "Book", "parameters": {"flowId": "1", "flowCta": "Open", "flowToken": "t"}},
    ),
    "messages.sendInteractiveCatalogMessage": (
        "interactive",
        {"bodyText": "Our shop", "parameters": {"thumbnailProductRetailerId": "SKU-1"}},
    ),
    "messages.sendInteractiveProduct": (
        "interactive",
        {"bodyText": "This one", "catalogId": "c1", "productRetailerId": "SKU-1"},
    ),
}

CATEGORIES = {
    0: "authorization",
    190: "authorization",
    200: "permission",
    4: "throttling",
    80007: "throttling",
    130429: "throttling",
    131048: "throttling",
    131056: "throttling",
    100: "parameter",
    131008: "parameter",
    131009: "parameter",
    131026: "parameter",
    131053: "media",
    131000: "server",
    131016: "server",
    131031: "integrity",
    131042: "businessEligibility",
    131047: "reengagementWindow",
    132001: "template",
    132015: "template",
}


@pytest.mark.parametrize("call", SENDS)
async def test_every_builder_s_message_is_accepted(
    npm: NpmClients, emulator: RunningEmulator, call: str
) -> None:
    kind, given = SENDS[call]
    answer = await npm.kapso(call, to=INES, bizOpaqueCallbackData="conformance#1", **given)
    [entry] = await emulator.ledger(to=INES)
    assert answer == {
        "messagingProduct": "whatsapp",
        "contacts": [{"input": INES, "waId": INES}],
        "messages": [{"id": entry["wamid"]}],
    }
    assert (entry["type"], entry["opaque"]) == (kind, "conformance#1")


async def test_a_contact_is_reached_by_business_scoped_id(
    npm: NpmClients, emulator: RunningEmulator
) -> None:
    [ines] = await emulator.control("GET", "contacts")
    answer = await npm.kapso("messages.sendText", recipient=ines["bsuid"], body="Hello")
    assert answer["contacts"] == [{"input": ines["bsuid"], "userId": ines["bsuid"]}]
    both = await npm.kapso("messages.sendText", to=INES, recipient="US.1", body="Hello")
    assert both["contacts"] == [{"input": INES, "waId": INES}], "the number wins"


async def test_reading_typing_quoting_and_reacting(
    npm: NpmClients, emulator: RunningEmulator
) -> None:
    wamid = await emulator.write(INES, "Are you there?")
    typing = {"type": "text"}
    assert await npm.kapso("messages.markRead", messageId=wamid) == {"success": True}
    read = await npm.kapso("messages.markRead", messageId=wamid, typingIndicator=typing)
    assert read == {"success": True}
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["messages"][-1]["status"] == "read"
    assert thread["typing_seconds"] > 20

    await npm.kapso("messages.sendText", to=INES, body="Yes", contextMessageId=wamid)
    reaction = {"messageId": wamid, "emoji": "👍"}
    await npm.kapso("messages.sendReaction", to=INES, reaction=reaction)
    quote, reacted = await emulator.ledger(to=INES)
    assert quote["context"] == wamid
    assert reacted["body"] == {"message_id": wamid, "emoji": "👍"}


@pytest.mark.parametrize("kind", FILES)
async def test_media_goes_up_comes_back_is_sent_and_deleted(
    npm: NpmClients, emulator: RunningEmulator, kind: str
) -> None:
    mime_type, content = FILES[kind]
    raw = {"$bytes": base64.b64encode(content).decode()}
    up = await npm.kapso("media.upload", type=mime_type, file=raw, fileName=f"one.{kind}")
    at = {"mediaId": up["id"]}
    node = await npm.kapso("media.get", **at)
    assert (node["id"], node["mimeType"]) == (up["id"], mime_type)
    assert int(node["fileSize"]) == len(content)
    down = await npm.kapso("media.download", **at, auth="always")
    assert base64.b64decode(down["$bytes"]) == content

    await npm.kapso(f"messages.send{kind.capitalize()}", to=INES, **{kind: {"id": up["id"]}})
    await emulator.quiet()
    [entry] = await emulator.ledger(to=INES)
    assert (entry["type"], entry["status"]) == (kind, "delivered")

    assert await npm.kapso("media.delete", **at) == {"success": True}
    with pytest.raises(ClientError) as gone:
        await npm.kapso("media.get", **at)
    assert gone.value.thrown["code"] == 100


async def test_the_phone_node_is_read_raw(npm: NpmClients) -> None:
    asked = ["GET", f"{PHONE_NUMBER_ID}?fields=display_phone_number", {"responseType": "json"}]
    node = await npm.call("kapso", "request", asked)
    assert node == {"displayPhoneNumber": "+44 20 7946 0018", "id": PHONE_NUMBER_ID}


@pytest.mark.parametrize("code", CATEGORIES)
async def test_every_error_falls_into_its_category(
    npm: NpmClients, emulator: RunningEmulator, code: int
) -> None:
    await emulator.faults({"do": {"action": "error", "code": code}})
    with pytest.raises(ClientError) as error:
        await npm.kapso("messages.sendText", to=INES, body="Hello")
    thrown = error.value.thrown
    assert (thrown["name"], thrown["code"]) == ("GraphApiError", code)
    assert thrown["category"] == CATEGORIES[code]
    assert thrown["httpStatus"] >= 400
    assert await emulator.ledger() == []


async def test_a_hint_when_to_come_back_is_heeded(
    npm: NpmClients, emulator: RunningEmulator
) -> None:
    slow = {"action": "error", "code": 130429, "retry_after_seconds": 4}
    await emulator.faults({"do": slow})
    with pytest.raises(ClientError) as error:
        await npm.kapso("messages.sendText", to=INES, body="Hello")
    assert error.value.thrown["retry"] == {"action": "retry_after", "retryAfterMs": 4000}


INBOUND: list[dict[str, Any]] = [
    {"text": "Grüße 🚲 and/or more"},
    {"type": "image", "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x="}},
    {"type": "location", "location": {"latitude": 51.5, "longitude": -0.1}},
    {"type": "reaction", "reaction": {"message_id": "wamid.x"}},
    {"type": "button", "button": {"payload": "yes", "text": "Yes"}},
    {
        "type": "interactive",
        "interactive": {"type": "list_reply", "list_reply": {"id": "mon", "title": "Monday"}},
    },
    {"type": "unsupported", "errors": [{"code": 131051, "title": "Unsupported message type"}]},
]


async def test_every_webhook_is_signed_and_normalised(
    npm: NpmClients, emulator: RunningEmulator, receiver: Receiver
) -> None:
    wamids = [await emulator.write(INES, "First")]
    for message in INBOUND:
        answer = await emulator.control("POST", "inbound", {"from": INES, **message})
        wamids.append(answer["id"])
    await npm.kapso("messages.sendText", to=INES, body="Hello", bizOpaqueCallbackData="it#1")
    await emulator.contact(INES, device="online-open")
    await emulator.quiet()

    messages, statuses = [], []
    for raw in receiver.bodies:
        given = {"appSecret": APP_SECRET, "rawBody": raw.decode()}
        good = {**given, "signatureHeader": sign(APP_SECRET, raw)}
        bad = {**given, "signatureHeader": sign("another secret", raw)}
        assert await npm.call("kapsoServer", "verifySignature", good) is True
        assert await npm.call("kapsoServer", "verifySignature", bad) is False
        seen = await npm.call("kapsoServer", "normalizeWebhook", [json.loads(raw)])
        assert seen["phoneNumberId"] == PHONE_NUMBER_ID
        messages += seen["messages"]
        statuses += seen["statuses"]
    assert set(wamids) <= {one["id"] for one in messages}
    assert {one["kapso"]["direction"] for one in messages} == {"inbound"}
    assert all(one["fromUserId"].startswith("GB.") for one in messages)
    assert [one["status"] for one in statuses] == ["sent", "delivered", "read"]
    assert {one["bizOpaqueCallbackData"] for one in statuses} == {"it#1"}
    assert all(one["recipientUserId"].startswith("GB.") for one in statuses)


async def test_a_batch_is_normalised_whole(
    npm: NpmClients, emulator: RunningEmulator, receiver: Receiver
) -> None:
    receiver.payloads.clear()
    await emulator.control("PUT", "pace", {"linger_seconds": 0.2})
    wamids = [await emulator.write(INES, f"Part {number}") for number in range(5)]
    await emulator.quiet()
    [payload] = receiver.payloads
    seen = await npm.call("kapsoServer", "normalizeWebhook", [payload])
    assert [one["id"] for one in seen["messages"]] == wamids


# --- what must fail: expected.py ----------------------------------------------------------------


async def test_kapso_download(npm: NpmClients) -> None:
    mime_type, content = FILES["image"]
    raw = {"$bytes": base64.b64encode(content).decode()}
    up = await npm.kapso("media.upload", type=mime_type, file=raw, fileName="wheel.png")
    down = await npm.kapso("media.download", mediaId=up["id"])
    assert base64.b64decode(down["$bytes"]) != content, "the refusal's body, taken for the file"


async def test_kapso_template_path(npm: NpmClients) -> None:
    with pytest.raises(ClientError) as error:
        await npm.kapso("templates.get", templateId="1")
    assert error.value.thrown["code"] == 100


async def test_kapso_two_numbers(npm: NpmClients, receiver: Receiver) -> None:
    numbers = (PHONE_NUMBER_ID, "900000000000002")
    async with running_emulator(
        webhook_url=receiver.url, phone_number_ids=numbers, pace=Pace(scale=0.0, linger_seconds=0.2)
    ) as both:
        for number in numbers:
            message = {"from": INES, "text": "Hello", "phone_number_id": number}
            await both.control("POST", "inbound", message)
        await both.quiet()
    payload = receiver.payloads[-1]
    assert len({change["value"]["metadata"]["phone_number_id"] for change in changes(payload)}) == 2
    seen = await npm.call("kapsoServer", "normalizeWebhook", [payload])
    assert len(seen["messages"]) == 2
    assert seen["phoneNumberId"] in numbers
    assert all("phoneNumberId" not in one for one in seen["messages"])


def changes(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return [change for entry in payload["entry"] for change in entry["changes"]]
