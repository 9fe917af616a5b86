"""Media: upload, resolve, download and delete; how long files live, and where."""

from __future__ import annotations

import hashlib
from pathlib import Path

import aiohttp
import pytest

from tests.emulator import files
from tests.emulator.conftest import AUTHORIZED, Business, Receiver, fetch, put_up
from whatsapp_emulator.testing import PHONE_NUMBER_ID, RunningEmulator, running_emulator

DAY = 86_400
MEGABYTE = 1024 * 1024


async def test_a_file_goes_up_is_found_and_comes_back_byte_for_byte(business: Business) -> None:
    status, answer = await business.upload(files.JPEG, "image/jpeg", "bike.jpg")
    assert (status, set(answer)) == (200, {"id"})
    name = answer["id"]

    status, node, _ = await business.call("GET", f"{name}?phone_number_id={PHONE_NUMBER_ID}")
    url = node.pop("url")
    assert status == 200
    assert node == {
        "messaging_product": "whatsapp",
        "mime_type": "image/jpeg",
        "sha256": hashlib.sha256(files.JPEG).hexdigest(),
        "file_size": len(files.JPEG),
        "id": name,
    }
    assert await fetch(business, url) == (200, files.JPEG, "image/jpeg")
    assert (await fetch(business, url, {}))[0] == 401
    assert (await fetch(business, url, {"Authorization": "Bearer wrong"}))[0] == 401
    assert (await fetch(business, url.replace("hash=", "hash=0")))[0] == 404

    status, answer, _ = await business.call("DELETE", name)
    assert (status, answer) == (200, {"success": True})
    assert (await fetch(business, url))[0] == 404
    for method in ("GET", "DELETE"):
        status, answer, _ = await business.call(method, name)
        assert (status, answer["error"]["code"]) == (400, 100)


async def test_the_url_lives_five_minutes_and_can_be_resolved_again(
    business: Business, emulator: RunningEmulator
) -> None:
    name = await business.uploaded("image")
    _, node, _ = await business.call("GET", name)
    await emulator.control("POST", "clock/advance", {"seconds": 290})
    assert (await fetch(business, node["url"]))[0] == 200
    await emulator.control("POST", "clock/advance", {"seconds": 15})
    assert (await fetch(business, node["url"]))[0] == 404
    _, node, _ = await business.call("GET", name)
    assert (await fetch(business, node["url"]))[0] == 200


async def test_uploads_live_thirty_days_and_files_of_contacts_seven(
    business: Business, emulator: RunningEmulator
) -> None:
    uploaded = await business.uploaded("image")
    written = await put_up(emulator, files.JPEG, "image/jpeg")

    async def found() -> list[bool]:
        return [(await business.call("GET", name))[0] == 200 for name in (uploaded, written["id"])]

    await emulator.control("POST", "clock/advance", {"seconds": 6.9 * DAY})
    assert await found() == [True, True]
    await emulator.control("POST", "clock/advance", {"seconds": 0.2 * DAY})
    assert await found() == [True, False]
    await emulator.control("POST", "clock/advance", {"seconds": 23 * DAY})
    assert await found() == [False, False]
    assert len(emulator.emulator.media.all) == 2
    await business.uploaded("image")
    assert len(emulator.emulator.media.all) == 1, "the next file sweeps the old ones away"


@pytest.mark.parametrize(
    ("beginning", "more_bytes", "mime_type", "fields", "code"),
    [
        (files.JPEG, 0, "image/gif", {}, 100),
        (files.JPEG, 0, "application/octet-stream", {}, 100),
        (files.JPEG, 0, "image/jpeg", {"messaging_product": ""}, 100),
        (files.JPEG, 0, "image/jpeg", {"messaging_product": "sms"}, 100),
        (files.JPEG, 0, "image/jpeg", {"type": "video/webm"}, 100),
        (b"", 0, "image/jpeg", {}, 131053),
        (files.JPEG, 5 * MEGABYTE, "image/jpeg", {}, 131053),
        (files.MP4, 16 * MEGABYTE, "video/mp4", {}, 131053),
        (files.PDF, 100 * MEGABYTE, "application/pdf", {}, 131053),
        (files.STICKER, 100 * 1024, "image/webp", {}, 131053),
        (files.MOVING_STICKER, 500 * 1024, "image/webp", {}, 131053),
    ],
)
async def test_what_may_not_be_uploaded_is_refused_and_leaves_nothing(
    business: Business,
    emulator: RunningEmulator,
    beginning: bytes,
    more_bytes: int,
    mime_type: str,
    fields: dict[str, str],
    code: int,
) -> None:
    status, answer = await business.upload(beginning + bytes(more_bytes), mime_type, **fields)
    assert (status, answer["error"]["code"]) == (400, code)
    store = emulator.emulator.media
    assert store.all == []
    assert list(store.folder.iterdir()) == []


async def test_what_is_just_small_enough_is_taken(business: Business) -> None:
    moving = files.MOVING_STICKER + bytes(400 * 1024)
    assert (await business.upload(moving, "image/webp"))[0] == 200
    assert (await business.upload(files.PDF + bytes(40 * MEGABYTE), "application/pdf"))[0] == 200


async def test_an_upload_that_is_no_form_is_refused(
    business: Business, emulator: RunningEmulator
) -> None:
    url = f"{emulator.url}/v26.0/{PHONE_NUMBER_ID}/media"
    for data, content_type in (
        (b"{}", "application/json"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"", "multipart/form-data"),
    ):
        headers = {**AUTHORIZED, "Content-Type": content_type}
        async with business.http.post(url, data=data, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, 100), data
    status, answer, _ = await business.call("POST", "123/media")
    assert (status, answer["error"]["code"]) == (400, 100)


async def test_a_number_may_only_be_named_for_what_was_uploaded_on_it(
    business: Business, emulator: RunningEmulator
) -> None:
    written = (await put_up(emulator, files.JPEG, "image/jpeg"))["id"]
    uploaded = await business.uploaded("image")

    async def code(name: str, number: str) -> int:
        _, answer, _ = await business.call("GET", f"{name}?phone_number_id={number}")
        return int(answer.get("error", {}).get("code", 0))

    assert await code(uploaded, PHONE_NUMBER_ID) == 0
    assert await code(uploaded, "900000000000002") == 100
    assert await code(written, PHONE_NUMBER_ID) == 100, "as reported of files of contacts"
    await emulator.control("PUT", "behaviour", {"inbound_media_number": "taken"})
    assert await code(written, PHONE_NUMBER_ID) == 0


async def test_files_are_kept_beside_the_state_file_and_known_after_a_restart(
    receiver: Receiver, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        name = await Business(emulator, http).uploaded("image")
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        _, node, _ = await business.call("GET", name)
        assert await fetch(business, node["url"]) == (200, files.JPEG, "image/jpeg")
        await emulator.control("POST", "reset")
        assert (await business.call("GET", name))[0] == 400
        assert list((tmp_path / "state.json.media").iterdir()) == []


async def test_without_a_state_file_nothing_is_left_behind(receiver: Receiver) -> None:
    async with (
        running_emulator(webhook_url=receiver.url) as emulator,
        aiohttp.ClientSession() as http,
    ):
        await Business(emulator, http).uploaded("image")
        folder = emulator.emulator.media.folder
        assert folder.exists()
    assert not folder.exists()


async def test_fault_rules_reach_uploads_resolutions_and_downloads(
    business: Business, emulator: RunningEmulator
) -> None:
    name = await business.uploaded("image")
    _, node, _ = await business.call("GET", name)
    await emulator.faults({"match": {"kind": "download"}, "do": "unavailable"})
    assert (await fetch(business, node["url"]))[0] == 503
    await emulator.faults({"match": {"kind": "download"}, "do": "truncate"})
    with pytest.raises(aiohttp.ClientPayloadError):
        await fetch(business, node["url"])
    await emulator.faults({"match": {"kind": "upload"}, "do": {"action": "error", "code": 131053}})
    assert (await business.upload(files.JPEG, "image/jpeg"))[1]["error"]["code"] == 131053
    await emulator.faults({"match": {"kind": "resolve"}, "do": {"action": "error", "code": 131000}})
    assert (await business.call("GET", name))[0] == 500
    assert (await business.call("GET", PHONE_NUMBER_ID))[0] == 200
