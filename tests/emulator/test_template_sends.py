"""Sends of templates: what fits is filled in, what does not is refused with Meta's code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.testing import RunningEmulator

DAY = 86_400


def text(value: str, **fields: str) -> dict[str, Any]:
    return {"type": "text", "text": value, **fields}


def body(*parameters: Any) -> dict[str, Any]:
    return {"type": "body", "parameters": list(parameters)}


def header(*parameters: Any) -> dict[str, Any]:
    return {"type": "header", "parameters": list(parameters)}


def button(index: Any, *parameters: Any, sub_type: str = "url") -> dict[str, Any]:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": list(parameters)}


def template(name: str, *components: Any, language: str = "en_GB") -> dict[str, Any]:
    return {"name": name, "language": {"code": language}, "components": list(components)}


READY = template("repair_ready", body(text("Ines"), text("tandem"), text("18:00")))
PARCEL_BODY = body(
    text("A-1", parameter_name="order_number"), text("Ines", parameter_name="first_name")
)
PARCEL = template("parcel_on_its_way", PARCEL_BODY, button("0", text("A-1")))
LOGIN = template("login_code", body(text("4711")), button(0, text("4711")))


async def send(business: Business, payload: dict[str, Any], **fields: Any) -> tuple[int, Any]:
    return await business.post(**{"to": INES, "type": "template", "template": payload, **fields})


async def picked(emulator: RunningEmulator, name: str) -> str:
    templates = await emulator.control("GET", "templates")
    return next(str(one["id"]) for one in templates if one["name"] == name)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (READY, "Hello Ines, your tandem is ready to collect. We are open until 18:00 today."),
        (PARCEL, "Good news, Ines: order A-1 left our workshop."),
        (LOGIN, "*4711* is your verification code."),
        (template("hello_world", language="en_US"), "Hello World\nWelcome and congratulations!!"),
        (
            template(
                "service_reminder",
                body(
                    text("Tomás"), {"type": "date_time", "date_time": {"fallback_value": "Friday"}}
                ),
                button("0", {"type": "payload", "payload": "yes"}, sub_type="quick_reply"),
            ),
            "booked in for a service on Friday.",
        ),
    ],
)
async def test_what_fits_is_accepted_and_filled_in_on_the_phone(
    business: Business, emulator: RunningEmulator, payload: dict[str, Any], words: str
) -> None:
    status, answer = await send(business, payload)
    assert status == 200, answer
    assert answer["messages"][0]["message_status"] == "accepted"
    await emulator.quiet()
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert words in thread["messages"][-1]["text"]


@pytest.mark.parametrize(
    ("payload", "http", "code", "details"),
    [
        (template("nothing"), 404, 132001, "template name (nothing) does not exist in en_GB"),
        (template("hello_world"), 404, 132001, "does not exist in en_GB"),
        (template("refer_a_friend"), 404, 132001, "does not exist"),
        (template("winter_clearance"), 400, 132015, "paused"),
        (
            template("repair_ready"),
            400,
            132000,
            "body: number of localizable_params (0) does not match the expected number of params (3)",
        ),
        (
            template("repair_ready", *READY["components"], header(text("x"))),
            400,
            132000,
            "header: ",
        ),
        (
            template("repair_ready", body(text("Ines"), text("a\nb"), text("x"))),
            400,
            132018,
            "parameter 2",
        ),
        (
            template("repair_ready", body(text("Ines"), text(""), text("x"))),
            400,
            131008,
            "text value",
        ),
        (
            template("repair_ready", body(text("x" * 1000), text("y"), text("z"))),
            400,
            132005,
            "characters long",
        ),
        (
            template("repair_ready", body({"type": "image", "image": {}}, text("y"), text("z"))),
            400,
            132012,
            "expected TEXT, received IMAGE",
        ),
        (
            template("repair_ready", *READY["components"], button(0, text("x"))),
            400,
            132012,
            "index 0",
        ),
        (
            template("spring_offer", body(text("Ines"))),
            400,
            132012,
            "header: Format mismatch, expected IMAGE, received UNKNOWN",
        ),
        (
            template("spring_offer", header(text("x")), body(text("Ines"))),
            400,
            132012,
            "received TEXT",
        ),
        (
            template("spring_offer", header({"type": "image", "image": {}}), body(text("x"))),
            400,
            132012,
            "UNKNOWN",
        ),
        (
            template("parcel_on_its_way", PARCEL_BODY),
            400,
            131008,
            "buttons: Button at index 0 of type Url requires a parameter",
        ),
        (
            template("parcel_on_its_way", body(text("a"), text("b")), button(0, text("x"))),
            400,
            132012,
            "Parameter name",
        ),
        (template("login_code", body(text("4711"))), 400, 131008, "Otp requires a parameter"),
    ],
    ids=lambda case: str(case)[:50],
)
async def test_what_does_not_fit_is_refused(
    business: Business,
    emulator: RunningEmulator,
    payload: dict[str, Any],
    http: int,
    code: int,
    details: str,
) -> None:
    status, answer = await send(business, payload)
    assert (status, answer["error"]["code"]) == (http, code), answer
    assert details in answer["error"]["error_data"]["details"]
    assert await emulator.ledger() == []


async def test_a_header_takes_an_uploaded_picture_and_refuses_an_unknown_one(
    business: Business, emulator: RunningEmulator
) -> None:
    def offer(name: str) -> dict[str, Any]:
        return template(
            "spring_offer", header({"type": "image", "image": {"id": name}}), body(text("Ines"))
        )

    status, answer = await send(business, offer("1"))
    path = "template['components'][0]['parameters'][0]['image']['id']"
    assert (status, answer["error"]["code"]) == (400, 100)
    assert path in answer["error"]["message"]
    assert (await send(business, offer(await business.uploaded("image"))))[0] == 200
    await emulator.quiet()
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["messages"][-1]["media"]["mime_type"] == "image/jpeg"


async def test_login_codes_need_a_phone_number(
    business: Business, emulator: RunningEmulator
) -> None:
    [ines] = await emulator.control("GET", "contacts")
    status, answer = await send(business, LOGIN, to="", recipient=ines["bsuid"])
    assert (status, answer["error"]["code"]) == (400, 131062)
    assert (await send(business, READY, to="", recipient=ines["bsuid"]))[0] == 200


async def test_a_template_disabled_between_list_and_send_is_refused(
    business: Business, emulator: RunningEmulator
) -> None:
    name = await picked(emulator, "repair_ready")
    assert (await send(business, READY))[0] == 200
    await emulator.control("PUT", f"templates/{name}", {"status": "DISABLED"})
    assert (await send(business, READY))[1]["error"]["code"] == 132016


async def test_paced_sends_are_held_then_released(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    name = await picked(emulator, "repair_ready")
    await emulator.control("PUT", f"templates/{name}", {"is_held": True})
    _, answer = await send(business, READY)
    [message] = answer["messages"]
    assert message["message_status"] == "held_for_quality_assessment"
    await emulator.quiet()
    assert receiver.names(message["id"]) == []
    await emulator.control("PUT", f"templates/{name}", {"is_held": False})
    await emulator.quiet()
    assert receiver.names(message["id"]) == ["sent", "delivered"]


async def test_held_sends_of_a_template_that_turns_out_bad_fail(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    name = await picked(emulator, "repair_ready")
    await emulator.control("PUT", f"templates/{name}", {"is_held": True})
    _, answer = await send(business, READY)
    await emulator.control("PUT", f"templates/{name}", {"status": "PAUSED"})
    await emulator.quiet()
    [failed] = [one for one in receiver.statuses if one["id"] == answer["messages"][0]["id"]]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 132015)


async def test_what_a_phone_that_is_off_never_gets_is_dropped_without_a_word(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.contact(INES, device="offline")
    await send(business, LOGIN)
    await business.send("Good morning")
    await emulator.quiet()

    async def waiting() -> int:
        [ines] = await emulator.control("GET", "contacts")
        return int(ines["waiting"])

    assert await waiting() == 2
    await emulator.control("POST", "clock/advance", {"seconds": 601})
    assert await waiting() == 1, "a login code lives ten minutes"
    await emulator.control("POST", "clock/advance", {"seconds": 29 * DAY})
    assert await waiting() == 1
    await emulator.control("POST", "clock/advance", {"seconds": 2 * DAY})
    assert await waiting() == 0
    await emulator.contact(INES, device="online")
    await emulator.quiet()
    assert receiver.names() == ["sent", "sent"]
