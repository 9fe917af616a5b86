"""npm @great-detail/whatsapp against the emulator."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.conformance.conftest import ClientError, NpmClients
from tests.conformance.files import FILES
from tests.emulator.conftest import INES
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID, RunningEmulator

TEXT = {"type": "text", "text": {"body": "Your bicycle is ready."}}
NUMBER = {"phoneNumberID": PHONE_NUMBER_ID}
ACCOUNT = {"businessAccountID": BUSINESS_ACCOUNT_ID}


async def call(npm: NpmClients, name: str, **given: Any) -> Any:
    return await npm.call("greatDetailMended", name, given)


async def test_a_message_is_sent(npm: NpmClients, emulator: RunningEmulator) -> None:
    answer = await call(npm, "message.createMessage", **NUMBER, to=INES, **TEXT)
    [entry] = await emulator.ledger(to=INES)
    assert [one["id"] for one in answer["messages"]] == [entry["wamid"]]


async def test_a_refusal_is_thrown_with_meta_s_body(npm: NpmClients) -> None:
    with pytest.raises(ClientError) as error:
        await call(npm, "message.createMessage", **NUMBER, to=INES, type="text", text={})
    assert error.value.thrown["name"] == "HTTPError"
    assert error.value.thrown["answer"]["error"]["code"] == 100


async def test_reading_and_typing(npm: NpmClients, emulator: RunningEmulator) -> None:
    status = {"message_id": await emulator.write(INES, "Hello?"), "status": "read"}
    typing = {"typing_indicator": {"type": "text"}}
    read = await call(npm, "message.createStatus", **NUMBER, **status, **typing)
    assert read == {"success": True}
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["typing_seconds"] > 20


async def test_the_account_is_read(npm: NpmClients) -> None:
    numbers = await call(npm, "phoneNumbers.listPhoneNumbers", **ACCOUNT)
    assert [one["id"] for one in numbers["data"]] == [PHONE_NUMBER_ID]
    number = await call(npm, "phoneNumbers.getPhoneNumber", **NUMBER, fields=["verified_name"])
    assert set(number) == {"id", "verified_name"}
    assert await call(npm, "subscribedApps.createSubscription", **ACCOUNT) == {"success": True}
    assert len((await call(npm, "subscribedApps.listSubscriptions", **ACCOUNT))["data"]) == 1


async def test_media_is_resolved_and_deleted(npm: NpmClients) -> None:
    node = await uploaded(npm)
    assert node["mime_type"] == "application/pdf"
    assert await call(npm, "media.delete", mediaID=node["id"]) == {"success": True}


async def uploaded(npm: NpmClients) -> Any:
    """The node of a document; uploaded by the other client, for this one takes browser files only."""
    mime_type, content = FILES["document"]
    raw = {"$bytes": base64.b64encode(content).decode()}
    up = await npm.kapso("media.upload", type=mime_type, file=raw, fileName="bill.pdf")
    return await call(npm, "media.getURL", mediaID=up["id"])


# --- what must fail: expected.py ----------------------------------------------------------------


async def test_great_detail_version(npm: NpmClients, emulator: RunningEmulator) -> None:
    with pytest.raises(ClientError, match=rf"404 Not Found: POST {emulator.url}/{PHONE_NUMBER_ID}"):
        await npm.call("greatDetail", "message.createMessage", {**NUMBER, "to": INES, **TEXT})
    assert await emulator.ledger() == []


async def test_great_detail_download(npm: NpmClients) -> None:
    with pytest.raises(ClientError, match="401"):
        await call(npm, "media.download", mediaURL=(await uploaded(npm))["url"])
