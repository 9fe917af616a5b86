"""Upload sessions: a file becomes a handle, which a template or a profile then names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import files
from tests.emulator.conftest import Business
from tests.emulator.template_calls import TEMPLATES, new
from whatsapp_emulator.testing import PHONE_NUMBER_ID, TOKEN

APP = "100000000000001"


async def post(business: Business, name: str, content: bytes) -> tuple[int, Any]:
    async with business.http.post(
        f"{business.emulator.url}/v26.0/{name}",
        data=content,
        headers={"Authorization": f"OAuth {TOKEN}", "file_offset": "0"},
    ) as answer:
        return answer.status, await answer.json()


async def session(business: Business, length: Any, type_: str = "image/jpeg") -> tuple[int, Any]:
    query = f"file_name=spring.jpg&file_length={length}&file_type={type_}"
    status, answer, _ = await business.call("POST", f"{APP}/uploads?{query}")
    return status, answer


async def test_a_file_becomes_a_handle_that_a_template_takes(business: Business) -> None:
    status, answer = await session(business, len(files.JPEG))
    assert status == 200
    assert answer["id"].startswith("upload:")
    status, done = await post(business, answer["id"], files.JPEG)
    assert (status, set(done)) == (200, {"h"})
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [done["h"]]}}
    template = new(components=[header, {"type": "BODY", "text": "Spring is here."}])
    assert (await business.call("POST", TEMPLATES, template))[0] == 200
    assert (await post(business, answer["id"], files.JPEG))[0] == 400, "a session is used once"


@pytest.mark.parametrize(
    ("length", "type_"), [("", "image/jpeg"), ("long", "image/jpeg"), (5, "image/gif"), (5, "")]
)
async def test_a_session_needs_a_length_and_a_type(
    business: Business, length: Any, type_: str
) -> None:
    status, answer = await session(business, length, type_)
    assert (status, answer["error"]["code"]) == (400, 100)


@pytest.mark.parametrize("content", [b"", files.JPEG[:-1], files.JPEG + b"x"])
async def test_a_file_of_another_length_is_refused(business: Business, content: bytes) -> None:
    _, answer = await session(business, len(files.JPEG))
    assert (await post(business, answer["id"], content))[0] == 400
    assert (await post(business, answer["id"], files.JPEG))[0] == 200, "it may be tried again"


async def test_the_token_may_come_in_the_query(business: Business) -> None:
    url = f"{business.emulator.url}/v26.0/{PHONE_NUMBER_ID}"
    for token, status in ((TOKEN, 200), ("wrong", 401), ("EAAGm0", 401)):
        async with business.http.get(url, params={"access_token": token}) as answer:
            assert answer.status == status
    async with business.http.get(url) as answer:
        assert answer.status == 401
