"""PyPI pywa (its asynchronous half) against the emulator, as a sender and as a receiver."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pywa_async import WhatsApp, errors
from pywa_async.types import (
    Button,
    CallbackButton,
    CallbackSelection,
    Contact,
    Message,
    Section,
    SectionList,
    SectionRow,
    URLButton,
)

from tests.conformance.files import FILES
from tests.emulator.conftest import INES, Receiver
from whatsapp_emulator.testing import (
    APP_SECRET,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
    RunningEmulator,
)
from whatsapp_emulator.webhooks.signature import sign

CARD = Contact(
    name=Contact.Name(formatted_name="Tomás Verhey", first_name="Tomás"),
    phones=[Contact.Phone(phone="+447700900226")],
)
DAYS = SectionList("Days", [Section("This week", [SectionRow("Monday", callback_data="mon")])])
Send = Callable[[WhatsApp, str], Awaitable[Any]]

# Each is given the client and the id of a message of Ines's.
SENDS: dict[str, Send] = {
    "text": lambda wa, _: wa.send_message(INES, "Your bicycle is ready."),
    "quote": lambda wa, wamid: wa.send_message(INES, "Yes", reply_to_message_id=wamid),
    "image": lambda wa, _: wa.send_image(
        INES, image=FILES["image"][1], mime_type="image/png", caption="The wheel"
    ),
    "video": lambda wa, _: wa.send_video(INES, video=FILES["video"][1], mime_type="video/mp4"),
    "document": lambda wa, _: wa.send_document(INES, FILES["document"][1], filename="bill.pdf"),
    "audio": lambda wa, _: wa.send_audio(INES, audio=FILES["audio"][1], mime_type="audio/ogg"),
    "voice": lambda wa, _: wa.send_voice(INES, voice=FILES["audio"][1], mime_type="audio/ogg"),
    "sticker": lambda wa, _: wa.send_sticker(
        INES, sticker=FILES["sticker"][1], mime_type="image/webp"
    ),
    "location": lambda wa, _: wa.send_location(INES, 51.5, -0.1, name="Alder Lane"),
    "contact": lambda wa, _: wa.send_contact(INES, CARD),
    "location request": lambda wa, _: wa.request_location(INES, "Where are you?"),
    "contact request": lambda wa, _: wa.request_contact_info(INES, "What is your number?"),
    "reaction": lambda wa, wamid: wa.send_reaction(INES, "👍", wamid),
    "no reaction": lambda wa, wamid: wa.remove_reaction(INES, wamid),
    "buttons": lambda wa, _: wa.send_message(
        INES, "Good?", buttons=[Button("Yes", callback_data="y")]
    ),
    "list": lambda wa, _: wa.send_message(INES, "When?", buttons=DAYS),
    "link": lambda wa, _: wa.send_message(
        INES, "Your bill", buttons=URLButton("Open", "https://example.com/7")
    ),
}

ERRORS = {
    0: errors.AuthException,
    190: errors.ExpiredAccessToken,
    200: errors.APIPermission,
    4: errors.ToManyAPICalls,
    80007: errors.RateLimitIssues,
    130429: errors.RateLimitHit,
    131048: errors.SpamRateLimitHit,
    131056: errors.TooManyMessages,
    100: errors.WhatsAppError,
    131008: errors.MissingRequiredParameter,
    131009: errors.InvalidParameter,
    131026: errors.MessageUndeliverable,
    131053: errors.MediaUploadError,
    131000: errors.UnknownError,
    131016: errors.ServiceUnavailable,
    131031: errors.AccountLocked,
    131042: errors.BusinessPaymentIssue,
    131047: errors.ReEngagementMessage,
    132001: errors.TemplateNotExists,
    132015: errors.TemplatePaused,
}

QUOTE = {"context": {"from": "442079460018", "id": "wamid.x"}}
INBOUND: dict[str, tuple[dict[str, Any], type]] = {
    "text": ({"text": "Grüße 🚲 and/or more"}, Message),
    "image": (
        {"type": "image", "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x="}},
        Message,
    ),
    "location": ({"type": "location", "location": {"latitude": 51.5, "longitude": -0.1}}, Message),
    "reaction removed": ({"type": "reaction", "reaction": {"message_id": "wamid.x"}}, Message),
    "contacts": (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "T", "first_name": "T"}}]},
        Message,
    ),
    "unsupported": (
        {
            "type": "unsupported",
            "errors": [{"code": 131051, "title": "Unsupported", "message": "Unsupported"}],
        },
        Message,
    ),
    "template button": (
        {"type": "button", "button": {"payload": "yes", "text": "Yes"}, **QUOTE},
        CallbackButton,
    ),
    "button": (
        {
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}},
            **QUOTE,
        },
        CallbackButton,
    ),
    "list": (
        {
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply": {"id": "m", "title": "Monday"}},
            **QUOTE,
        },
        CallbackSelection,
    ),
}


@pytest.fixture
def updates(wa: WhatsApp) -> list[Any]:
    """What the client's handlers are called with."""
    called: list[Any] = []

    def keep(_: WhatsApp, update: Any) -> None:
        called.append(update)

    wa.on_message()(keep)
    wa.on_message_status()(keep)
    wa.on_callback_button()(keep)
    wa.on_callback_selection()(keep)
    return called


async def feed(wa: WhatsApp, bodies: list[bytes]) -> None:
    """Hand webhooks to the client, signatures checked; it answers all of them 200."""
    for raw in bodies:
        assert await wa.webhook_update_validator(raw, sign(APP_SECRET, raw)) is None
        assert await wa.webhook_update_handler(raw) == ("ok", 200)


@pytest.mark.parametrize("name", SENDS)
async def test_every_method_s_message_is_accepted_and_arrives(
    wa: WhatsApp, emulator: RunningEmulator, receiver: Receiver, name: str
) -> None:
    wamid = await emulator.write(INES, "Is it ready?")
    sent = await SENDS[name](wa, wamid)
    await emulator.quiet()
    [entry] = await emulator.ledger(to=INES)
    assert sent.id == entry["wamid"]
    assert sent.chat.id == INES
    failed = [one["errors"] for one in receiver.statuses if one["status"] == "failed"]
    assert failed == []


async def test_the_tracker_comes_back_in_every_status(
    wa: WhatsApp, emulator: RunningEmulator, receiver: Receiver, updates: list[Any]
) -> None:
    sent = await wa.send_message(INES, "Hello", tracker="conformance#1")
    await emulator.quiet()
    await emulator.control("POST", f"contacts/{INES}/read")
    await emulator.quiet()
    await feed(wa, receiver.bodies[1:])
    assert [(one.id, str(one.status), one.tracker) for one in updates] == [
        (sent.id, status, "conformance#1") for status in ("sent", "delivered", "read")
    ]


async def test_reading_and_typing(wa: WhatsApp, emulator: RunningEmulator) -> None:
    wamid = await emulator.write(INES, "Are you there?")
    assert (await wa.mark_message_as_read(wamid)).success
    assert (await wa.indicate_typing(wamid)).success
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert (thread["messages"][-1]["status"], thread["typing_seconds"] > 20) == ("read", True)


async def test_media_goes_up_and_comes_back(wa: WhatsApp, tmp_path: Path) -> None:
    mime_type, content = FILES["image"]
    media = await wa.upload_media(content, mime_type=mime_type, filename="wheel.png")
    assert media.id
    url = await wa.get_media_url(media.id)
    assert (url.mime_type, url.file_size) == (mime_type, len(content))
    assert await wa.get_media_bytes(url.url) == content
    await wa.download_media(url=url.url, path=tmp_path, filename="wheel.png")
    assert (tmp_path / "wheel.png").read_bytes() == content
    assert (await wa.delete_media(media.id)).success
    with pytest.raises(errors.WhatsAppError):
        await wa.get_media_url(media.id)


async def test_the_business_s_numbers_are_read(wa: WhatsApp) -> None:
    number = await wa.get_business_phone_number()
    assert (number.id, number.display_phone_number) == (PHONE_NUMBER_ID, "+44 20 7946 0018")
    assert [one.id for one in await wa.get_business_phone_numbers()] == [PHONE_NUMBER_ID]


@pytest.mark.parametrize("code", ERRORS)
async def test_every_error_has_its_class(
    wa: WhatsApp, emulator: RunningEmulator, code: int
) -> None:
    await emulator.faults({"do": {"action": "error", "code": code}})
    with pytest.raises(errors.WhatsAppError) as raised:
        await wa.send_message(INES, "Hello")
    assert type(raised.value) is ERRORS[code]
    assert raised.value.code == code
    assert raised.value.fbtrace_id
    assert await emulator.ledger() == []


@pytest.mark.parametrize("name", INBOUND)
async def test_every_single_message_becomes_an_update(
    wa: WhatsApp,
    emulator: RunningEmulator,
    receiver: Receiver,
    updates: list[Any],
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    message, wanted = INBOUND[name]
    receiver.bodies.clear()
    answer = await emulator.control("POST", "inbound", {"from": INES, **message})
    await emulator.quiet()
    await feed(wa, receiver.bodies)
    [update] = updates
    assert (type(update), update.id, update.from_user.wa_id) == (wanted, answer["id"], INES)
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_a_contact_without_a_number_is_still_a_contact(
    wa: WhatsApp, emulator: RunningEmulator, receiver: Receiver, updates: list[Any]
) -> None:
    await emulator.contact("447700900226", phone_hidden=True, username="tomas")
    receiver.bodies.clear()
    await emulator.write("447700900226", "Guess who")
    await emulator.quiet()
    await feed(wa, receiver.bodies)
    [update] = updates
    assert (update.from_user.wa_id, update.from_user.bsuid[:3]) == (None, "GB.")
    await wa.send_message(update.from_user.bsuid, "Tomás?")
    await emulator.quiet()
    [entry] = await emulator.ledger()
    assert (entry["to"], entry["status"]) == ("447700900226", "delivered")


async def test_a_webhook_that_is_not_ours_is_refused(
    wa: WhatsApp, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.faults({"do": "bad_signature", "match": {"kind": "inbound"}})
    await emulator.write(INES, "Signed wrongly first")
    await emulator.quiet()
    [refused] = receiver.refused
    answer = await wa.webhook_update_validator(refused, sign("another secret", refused))
    assert answer is not None
    assert answer[1] in (401, 403)


async def test_the_handshake_is_answered(wa: WhatsApp) -> None:
    assert await wa.webhook_challenge_handler(VERIFY_TOKEN, "1158201444") == ("1158201444", 200)


# --- what must fail: expected.py ----------------------------------------------------------------


async def test_pywa_batch(
    wa: WhatsApp, emulator: RunningEmulator, receiver: Receiver, updates: list[Any]
) -> None:
    receiver.bodies.clear()
    await emulator.control("PUT", "pace", {"linger_seconds": 0.2})
    wamids = [await emulator.write(INES, f"Part {number}") for number in range(3)]
    await emulator.quiet()
    assert len(receiver.bodies) == 1
    await feed(wa, receiver.bodies)
    assert [one.id for one in updates] == wamids[:1]


async def test_pywa_failed(
    wa: WhatsApp,
    emulator: RunningEmulator,
    receiver: Receiver,
    updates: list[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await emulator.faults({"do": {"action": "fail", "code": 131047}})
    receiver.bodies.clear()
    await wa.send_message(INES, "Hello")
    await emulator.quiet()
    assert [one["status"] for one in receiver.statuses] == ["failed"]
    assert "contacts" not in receiver.values[-1]
    await feed(wa, receiver.bodies)
    assert updates == []
    assert "Failed to construct update" in caplog.text


async def test_pywa_guessed_type(
    wa: WhatsApp, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await wa.send_image(INES, image=FILES["image"][1])
    await emulator.quiet()
    [failed] = [one for one in receiver.statuses if one["status"] == "failed"]
    assert failed["errors"][0]["code"] == 131053
    assert "image/jpeg" in failed["errors"][0]["error_data"]["details"]
