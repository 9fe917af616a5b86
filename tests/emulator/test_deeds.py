"""What contacts do besides writing: tap buttons, play voice notes, call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.testing import PHONE_NUMBER_ID, RunningEmulator

BODY = {"text": "Which bike?"}
BUTTONS = {
    "type": "button",
    "body": BODY,
    "action": {"buttons": [{"type": "reply", "reply": {"id": "red", "title": "The red one"}}]},
}
ROW = {"id": "blue", "title": "The blue one", "description": "With lights"}
LIST = {
    "type": "list",
    "body": BODY,
    "action": {"button": "Open", "sections": [{"title": "Bikes", "rows": [ROW]}]},
}
REMINDER = {
    "name": "service_reminder",
    "language": {"code": "en_GB"},
    "components": [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Ines"}, {"type": "text", "text": "Friday"}],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "yes-17"}],
        },
    ],
}


async def sent(business: Business, emulator: RunningEmulator, kind: str, payload: Any) -> str:
    status, answer = await business.post(to=INES, type=kind, **{kind: payload})
    assert status == 200, answer
    await emulator.quiet()
    return str(answer["messages"][0]["id"])


@pytest.mark.parametrize(
    ("kind", "payload", "chosen", "told"),
    [
        (
            "interactive",
            BUTTONS,
            "red",
            {"type": "button_reply", "button_reply": {"id": "red", "title": "The red one"}},
        ),
        ("interactive", LIST, "blue", {"type": "list_reply", "list_reply": ROW}),
        ("template", REMINDER, "yes-17", {"payload": "yes-17", "text": "Yes, see you then"}),
        (
            "template",
            REMINDER,
            "Another day, please",
            {"payload": "Another day, please", "text": "Another day, please"},
        ),
    ],
    ids=lambda case: str(case)[:30],
)
async def test_a_tap_sends_what_meta_sends(
    business: Business,
    emulator: RunningEmulator,
    receiver: Receiver,
    kind: str,
    payload: Any,
    chosen: str,
    told: dict[str, Any],
) -> None:
    wamid = await sent(business, emulator, kind, payload)
    answer = await emulator.control("POST", f"contacts/{INES}/tap", {"wamid": wamid, "id": chosen})
    await emulator.quiet()
    message = receiver.messages[-1]
    assert message["id"] == answer["id"]
    assert message["context"] == {"from": "442079460018", "id": wamid}
    assert message["type"] == ("button" if kind == "template" else "interactive")
    assert message[message["type"]] == told


async def test_only_what_is_on_the_phone_can_be_tapped(
    business: Business, emulator: RunningEmulator
) -> None:
    wamid = await sent(business, emulator, "interactive", BUTTONS)
    text = await business.send("no button")
    await emulator.quiet()
    await emulator.contact("447700900226")
    for wa_id, name, id_, words in (
        (INES, wamid, "green", "no button 'green'; it has 'red'"),
        (INES, text, "red", "it has none"),
        (INES, "wamid.unknown", "red", "404"),
        ("447700900226", wamid, "red", "404"),
    ):
        with pytest.raises(AssertionError, match=words):
            await emulator.control("POST", f"contacts/{wa_id}/tap", {"wamid": name, "id": id_})


async def test_a_voice_note_is_played_once(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    voice = {"id": await business.uploaded("audio"), "voice": True}
    wamid = await sent(business, emulator, "audio", voice)
    for _ in range(2):
        await emulator.control("POST", f"contacts/{INES}/play", {"wamid": wamid})
        await emulator.quiet()
    names = receiver.names(wamid)
    assert names[:2] == ["sent", "delivered"]
    assert sorted(names[2:]) == ["played", "read"]
    assert "pricing" not in next(one for one in receiver.statuses if one["status"] == "played")
    [entry] = await emulator.ledger()
    assert (entry["status"], entry["times"]["played"] is not None) == ("played", True)

    text = await business.send("not a voice note")
    await emulator.quiet()
    with pytest.raises(AssertionError, match="Only a voice note"):
        await emulator.control("POST", f"contacts/{INES}/play", {"wamid": text})


async def test_without_receipts_nobody_hears_of_the_playing(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.contact(INES, read_receipts=False)
    wamid = await sent(business, emulator, "audio", {"id": await business.uploaded("audio")})
    await emulator.control("POST", f"contacts/{INES}/play", {"wamid": wamid})
    await emulator.quiet()
    assert receiver.names(wamid) == ["sent", "delivered"]


async def test_a_call_opens_the_window(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("POST", "clock/advance", {"seconds": 86_401})
    assert (await business.text("too late"))[1]["error"]["code"] == 131047
    answer = await emulator.control("POST", f"contacts/{INES}/call")
    await emulator.quiet()
    [change] = receiver.payloads[-1]["entry"][0]["changes"]
    assert change["field"] == "calls"
    [call] = change["value"]["calls"]
    assert (call["id"], call["from"], call["event"]) == (answer["id"], INES, "connect")
    assert change["value"]["metadata"]["phone_number_id"] == PHONE_NUMBER_ID
    assert (await business.text("Hello"))[0] == 200
    with pytest.raises(AssertionError, match="no business number"):
        await emulator.control("POST", f"contacts/{INES}/call", {"phone_number_id": "1"})


async def test_a_template_costs_by_its_category(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await sent(business, emulator, "template", REMINDER)
    assert receiver.statuses[-1]["pricing"]["category"] == "utility"
    templates = await emulator.control("GET", "templates")
    name = next(one["id"] for one in templates if one["name"] == "service_reminder")
    await emulator.control("PUT", f"templates/{name}", {"category": "MARKETING"})
    await sent(business, emulator, "template", REMINDER)
    assert receiver.statuses[-1]["pricing"]["category"] == "marketing"


async def test_marketing_to_who_has_stopped_it_fails_until_they_resume(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    templates = await emulator.control("GET", "templates")
    name = next(one["id"] for one in templates if one["name"] == "service_reminder")
    await emulator.control("POST", f"contacts/{INES}/marketing", {"stopped": True})
    await emulator.quiet()
    [change] = receiver.payloads[-1]["entry"][0]["changes"]
    assert change["field"] == "user_preferences"
    [told] = change["value"]["user_preferences"]
    assert (told["value"], told["wa_id"]) == ("stop", INES)

    useful = await sent(business, emulator, "template", REMINDER)
    assert receiver.names(useful) == ["sent", "delivered"], "only marketing is stopped"
    await emulator.control("PUT", f"templates/{name}", {"category": "MARKETING"})
    wamid = await sent(business, emulator, "template", REMINDER)
    assert receiver.names(wamid) == ["failed"]
    assert receiver.statuses[-1]["errors"][0]["code"] == 131050
    await emulator.control("POST", f"contacts/{INES}/marketing", {"stopped": False})
    wamid = await sent(business, emulator, "template", REMINDER)
    assert receiver.names(wamid) == ["sent", "delivered"]


async def test_a_real_token_is_refused_with_a_warning(business: Business) -> None:
    status, answer, _ = await business.call("GET", PHONE_NUMBER_ID, token="EAAGm0PX4ZCpsBA")
    assert (status, answer["error"]["code"]) == (401, 190)
    assert "never send it a real token" in answer["error"]["message"]
