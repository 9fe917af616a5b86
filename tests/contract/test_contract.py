"""What Forthwith relies on, asked of the emulator and of the real Cloud API alike.

Shapes and codes only, never the HTTP status, texts or time: of those Meta promises nothing.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

import aiohttp
import pytest

from forthwith.whatsapp import payloads
from forthwith.whatsapp.client import Accepted, Held, Outcome, Refused, outcome_of
from tests.conformance.files import png
from tests.contract.provider import Answer, Provider
from tests.rig import eventually

WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]+")
STATUS_SECONDS = 60.0


def text(provider: Provider, words: str, datum: str, quote: str | None = None) -> dict[str, Any]:
    """A text as Forthwith sends it."""
    return payloads.text_message(
        to_phone=provider.contact,
        to_bsuid=None,
        text=words,
        echo_datum=datum,
        reply_to_wamid=quote,
    )


def outcome(answer: Answer) -> Outcome:
    """As Forthwith reads it."""
    return outcome_of(answer.http, None, answer.raw)


async def test_a_text_is_accepted_and_its_datum_comes_back(provider: Provider) -> None:
    datum = f"contract#{secrets.token_hex(8)}"
    answer = await provider.post(text(provider, "Contract check, please ignore.", datum))
    assert answer.body["messaging_product"] == "whatsapp"
    [contact], [message] = answer.body["contacts"], answer.body["messages"]
    assert contact["input"] == provider.contact
    assert contact["wa_id"].isdigit()
    assert WAMID.fullmatch(message["id"])
    assert outcome(answer) == Accepted(message["id"])

    statuses = provider.statuses
    if statuses is None:
        pytest.skip("the datum is not looked for: CLOUD_API_WEBHOOKS not set")

    async def told() -> list[dict[str, Any]]:
        return [one for one in await statuses() if one["id"] == message["id"]]

    for one in await eventually(told, STATUS_SECONDS):
        assert one["status"] in ("sent", "delivered", "read")
        assert one["biz_opaque_callback_data"] == datum
        assert one["timestamp"].isdigit()


async def test_a_quoting_text_is_accepted(provider: Provider) -> None:
    if not provider.inbound_wamid:
        pytest.skip("nothing to quote: CLOUD_API_INBOUND_WAMID not set")
    quoting = text(provider, "Contract check of a quote.", "contract#quote", provider.inbound_wamid)
    assert isinstance(outcome(await provider.post(quoting)), Accepted)


REFUSALS: dict[str, tuple[dict[str, Any], set[int]]] = {
    "no text": ({"type": "text", "text": {}}, {100, 131008}),
    "an empty text": ({"type": "text", "text": {"body": ""}}, {100, 131008, 131009}),
    "a text too long": ({"type": "text", "text": {"body": "x" * 4097}}, {100, 131009}),
    "an unknown type": ({"type": "telegram", "telegram": {}}, {100, 131009}),
    "no address": ({"to": None, "type": "text", "text": {"body": "x"}}, {100, 131008}),
    "a datum too long": (
        {"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513},
        {100, 131009},
    ),
    "media that is not there": (
        {"type": "image", "image": {"id": "1"}},
        {100, 131009},
    ),
    "a template that is not there": (
        {"type": "template", "template": {"name": "no_such_one", "language": {"code": "en_GB"}}},
        {132001},
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_bad_message_is_refused_with_an_error_body(provider: Provider, name: str) -> None:
    given, codes = REFUSALS[name]
    whole = {"messaging_product": "whatsapp", "to": provider.contact, **given}
    answer = await provider.post({key: value for key, value in whole.items() if value is not None})
    refused = outcome(answer)
    assert isinstance(refused, Refused), refused
    assert refused.code in codes
    assert_is_error(answer)


async def test_a_wrong_token_holds_the_number(provider: Provider) -> None:
    answer = await provider.post(text(provider, "x", "x"), token="EAAnotatoken")
    held = outcome(answer)
    assert isinstance(held, Held), held
    assert held.code == 190
    assert_is_error(answer)


async def test_what_is_not_there_cannot_be_read(provider: Provider) -> None:
    answer = await provider.call("GET", "1")
    assert answer.body["error"]["code"] in (33, 100)
    assert_is_error(answer)


def assert_is_error(answer: Answer) -> None:
    """What all of Meta's refusals have in common."""
    assert answer.http >= 400
    error = answer.body["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(error)
    assert isinstance(error["code"], int)


@pytest.mark.parametrize("typing", [False, True])
async def test_a_message_is_marked_read(provider: Provider, typing: bool) -> None:
    if not provider.inbound_wamid:
        pytest.skip("nothing to mark read: CLOUD_API_INBOUND_WAMID not set")
    body = payloads.mark_read(provider.inbound_wamid)
    indicator = {"typing_indicator": {"type": "text"}} if typing else {}
    assert (await provider.post({**body, **indicator})).body == {"success": True}


async def test_a_message_that_nobody_wrote_cannot_be_marked_read(provider: Provider) -> None:
    answer = await provider.post(payloads.mark_read("wamid.bm90aGluZw=="))
    assert answer.body["error"]["code"] in (100, 131009)


async def test_media_goes_up_comes_back_and_goes(provider: Provider) -> None:
    picture = png(side=16)
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": "image/png"})
    form.add_field("file", picture, filename="wheel.png", content_type="image/png")
    up = await provider.call("POST", f"{provider.phone_number_id}/media", data=form)
    media_id = up.body["id"]
    node = (await provider.call("GET", media_id)).body
    assert {"url", "mime_type", "sha256", "file_size", "id"} <= set(node)
    assert (node["id"], node["mime_type"]) == (media_id, "image/png")
    assert (await provider.call("GET", node["url"])).raw == picture
    assert (await provider.call("GET", node["url"], token=None)).raw != picture
    assert (await provider.call("DELETE", media_id)).body == {"success": True}
    assert_is_error(await provider.call("GET", media_id))


async def test_the_number_s_node_is_a_harmless_read(provider: Provider) -> None:
    node = (await provider.call("GET", provider.phone_number_id)).body
    assert node["id"] == provider.phone_number_id
    assert {"verified_name", "display_phone_number", "quality_rating"} <= set(node)
    fields = {"fields": "display_phone_number"}
    narrow = (await provider.call("GET", provider.phone_number_id, params=fields)).body
    assert set(narrow) == {"id", "display_phone_number"}
