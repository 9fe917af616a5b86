"""Who a contact is: ids, numbers that change, fade or are rewritten, and what a send may reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.testing import PHONE_NUMBER_ID, RunningEmulator

DAY = 86_400
NEW_NUMBER = "447700900733"
HELLO = {"type": "text", "text": {"body": "Hello"}}


async def test_a_parent_id_reaches_the_contact_and_is_named_in_webhooks(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    ines = await emulator.contact(INES, parent_bsuid="GB.ENT.17")
    status, answer = await business.post(recipient="GB.ENT.17", **HELLO)
    assert status == 200
    assert answer["contacts"] == [{"input": "GB.ENT.17", "user_id": ines["bsuid"]}]
    await emulator.write(INES, "And hello")
    await emulator.quiet()
    assert receiver.messages[-1]["from_parent_user_id"] == "GB.ENT.17"
    assert {one["recipient_parent_user_id"] for one in receiver.statuses} == {"GB.ENT.17"}
    assert receiver.values[-1]["contacts"][0]["parent_user_id"] == "GB.ENT.17"


async def test_a_contact_is_not_found_by_an_id_it_had(
    business: Business, emulator: RunningEmulator
) -> None:
    old = (await emulator.contact(INES))["bsuid"]
    await emulator.contact(INES, bsuid="GB.5")
    assert (await business.post(recipient="GB.5", **HELLO))[0] == 200
    status, answer = await business.post(recipient=old, **HELLO)
    assert (status, answer["error"]["code"]) == (400, 131026)


async def test_a_new_number_brings_a_new_id_and_keeps_the_conversation(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    old = await emulator.contact(INES)
    await business.send("before")
    await emulator.quiet()
    new = await emulator.control("POST", f"contacts/{INES}/number", {"wa_id": f"+{NEW_NUMBER}"})
    await emulator.quiet()

    assert new["bsuid"] != old["bsuid"]
    told = receiver.messages[-1]
    assert (told["type"], told["from"]) == ("system", INES)
    assert told["system"] == {
        "body": f"User Ines Okafor changed from {INES} to {NEW_NUMBER}",
        "type": "user_changed_number",
        "wa_id": NEW_NUMBER,
        "user_id": new["bsuid"],
        "previous_user_id": old["bsuid"],
    }
    assert (await business.text("to the old number"))[1]["error"]["code"] == 131026
    await business.send("after", to=NEW_NUMBER)
    thread = await emulator.control("GET", f"contacts/{NEW_NUMBER}/thread")
    texts = [one["text"] for one in thread["messages"]]
    assert texts == ["Good morning", "before", told["system"]["body"], "after"]
    assert len(await emulator.ledger(to=NEW_NUMBER)) == 2


async def test_a_new_number_must_be_free_and_opens_no_window(
    business: Business, emulator: RunningEmulator
) -> None:
    await emulator.write("447700900226", "Hello")
    await emulator.control("POST", "clock/advance", {"seconds": DAY + 1})
    for wa_id in ("447700900226", "nobody", ""):
        with pytest.raises(AssertionError, match="nobody has"):
            await emulator.control("POST", f"contacts/{INES}/number", {"wa_id": wa_id})
    await emulator.control("POST", f"contacts/{INES}/number", {"wa_id": NEW_NUMBER})
    assert (await business.text("Hello", to=NEW_NUMBER))[1]["error"]["code"] == 131047


async def test_a_new_user_id_is_told_without_number_and_contacts(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    old = (await emulator.contact(INES))["bsuid"]
    new = await emulator.control("POST", f"contacts/{INES}/user-id", {"bsuid": "GB.99"})
    await emulator.quiet()
    told = receiver.messages[-1]
    assert "from" not in told
    assert told["from_user_id"] == told["system"]["user_id"] == new["bsuid"] == "GB.99"
    assert told["system"]["previous_user_id"] == old
    assert "contacts" not in receiver.values[-1]


async def test_a_number_fades_thirty_days_after_the_last_exchange_with_it(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    ines = await emulator.contact(INES, username="ines.rides", phone_fades=True)

    async def names_phone() -> list[bool]:
        """In a message of hers, in its contacts, and in a status of a send to her id."""
        before = len(receiver.statuses)
        await emulator.write(INES, "Hello")
        await emulator.quiet()
        value = receiver.values[-1]
        await business.post(recipient=ines["bsuid"], **HELLO)
        await emulator.quiet()
        status = receiver.statuses[before]
        return [
            "from" in value["messages"][0],
            "wa_id" in value["contacts"][0],
            "recipient_id" in status,
        ]

    assert await names_phone() == [True] * 3
    await emulator.control("POST", "clock/advance", {"seconds": 29 * DAY})
    assert await names_phone() == [True] * 3
    await emulator.control("POST", "clock/advance", {"seconds": 31 * DAY})
    assert await names_phone() == [False] * 3, "a message by username alone is no exchange"
    await business.send("to her number")
    assert await names_phone() == [True] * 3


@pytest.mark.parametrize(
    ("given", "wa_id"),
    [
        ("+55 11 91234-5678", "551112345678"),
        ("551112345678", "5511912345678"),
        ("+52 55 1234 5678", "5215512345678"),
        ("5215512345678", "525512345678"),
        ("7700 900318", INES),
    ],
)
async def test_a_number_may_be_rewritten_and_input_tells_what_was_given(
    business: Business, emulator: RunningEmulator, given: str, wa_id: str
) -> None:
    await emulator.write(wa_id, "Hello")
    status, answer = await business.text("Hello", to=given)
    assert (status, answer["contacts"]) == (200, [{"input": given, "wa_id": wa_id}])
    assert (await emulator.ledger(to=wa_id))[-1]["to"] == wa_id


async def test_a_number_with_another_country_is_not_completed(business: Business) -> None:
    status, answer = await business.text("Hello", to="+7700 900318")
    assert (status, answer["error"]["code"]) == (400, 131026)


async def test_a_send_may_insist_on_an_identity(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    async def code(named: Any) -> int:
        _, answer = await business.text("Hello", recipient_identity_key_hash=named)
        return int(answer.get("error", {}).get("code", 0))

    assert await code("abc") == 137000
    await emulator.contact(INES, identity_key_hash="abc")
    assert await code("abc") == 0
    assert await code(5) == 100
    await emulator.control("POST", f"contacts/{INES}/identity", {"identity_key_hash": "def"})
    await emulator.quiet()
    assert receiver.messages[-1]["system"]["type"] == "customer_identity_changed"
    assert [await code("abc"), await code("def")] == [137000, 0]


async def test_the_business_cannot_write_to_itself(business: Business) -> None:
    status, answer = await business.text("Hello", to="+44 20 7946 0018")
    assert (status, answer["error"]["code"]) == (400, 131021)


async def test_a_reaction_needs_a_message_of_the_contact_of_the_last_thirty_days(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    async def fate(target: str) -> list[str]:
        reaction = {"message_id": target, "emoji": "👍"}
        status, answer = await business.post(to=INES, type="reaction", reaction=reaction)
        assert status == 200, "the answer never tells"
        await emulator.quiet()
        return receiver.names(answer["messages"][0]["id"])

    hers = await emulator.write(INES, "Hello")
    of_another = await emulator.write("447700900226", "Hello")
    body = {"from": INES, "type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    her_reaction = (await emulator.control("POST", "inbound", body))["id"]
    assert await fate(hers) == ["sent"], "only `sent` follows a reaction"
    for target in ("wamid.unknown", of_another, her_reaction):
        assert await fate(target) == ["failed"]
    assert receiver.statuses[-1]["errors"][0]["code"] == 131009
    await emulator.control("POST", "clock/advance", {"seconds": 30 * DAY})
    await emulator.write(INES, "Still here")
    assert await fate(hers) == ["failed"]


async def test_statuses_of_older_versions_tell_of_the_conversation(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    body = {"messaging_product": "whatsapp", "to": INES, **HELLO}
    for version in ("v23.0", "v24.0"):
        await business.http.post(
            f"{emulator.url}/{version}/{PHONE_NUMBER_ID}/messages",
            json=body,
            headers={"Authorization": f"Bearer {emulator.settings.token}"},
        )
        await emulator.quiet()
    sent, delivered, *newer = receiver.statuses
    assert sent["conversation"]["origin"] == {"type": "service"}
    assert sent["conversation"]["id"] == delivered["conversation"]["id"]
    assert "expiration_timestamp" in sent["conversation"]
    assert "expiration_timestamp" not in delivered["conversation"]
    assert not any("conversation" in one for one in newer)
