"""Bodies that are not what they should be (bad-input rows 1–10, 13, 16, 20, 21), against the busiest JSON route."""

import asyncio
import io
import logging

import msgspec
import pytest

from forthwith.api import body as strict
from forthwith.domain.errors import Refusal
from tests.api.conftest import Browser, Edge

SEND = "/api/conversations/nowhere/messages"
CLIENT_ID = "optimistic-1700000000000-0123456789abcdef"
WELL_FORMED = {"client_id": CLIENT_ID, "text_content": "Hello", "message_type": "text"}


async def send(
    browser: Browser, raw: bytes, content_type: str = "application/json"
) -> tuple[int, str]:
    headers = {"Content-Type": content_type, "Idempotency-Key": CLIENT_ID}
    answer = await browser.ask("POST", SEND, raw=raw, headers=headers)
    return answer.status, answer.code


def with_text(text: bytes) -> bytes:
    return b'{"client_id":"%b","text_content":"%b"}' % (CLIENT_ID.encode(), text)


def and_besides(rest: bytes) -> bytes:
    """Well-formed, but for what follows."""
    return with_text(b"Hello").removesuffix(b"}") + b"," + rest + b"}"


async def test_a_well_formed_body_passes_the_reader(ana: Browser) -> None:
    assert await send(ana, msgspec.json.encode(WELL_FORMED)) == (404, "not_found")
    assert await send(ana, and_besides(b'"x":[1.5,-2,{"y":null}],"seen_pos":7')) == (
        404,
        "not_found",
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(with_text(rb"\ud800"), (422, "invalid_body"), id="1 lone high surrogate"),
        pytest.param(with_text(rb"\udc00x"), (422, "invalid_body"), id="1 lone low surrogate"),
        pytest.param(with_text(rb"a\u0000b"), (422, "invalid_body"), id="2 U+0000"),
        pytest.param(and_besides(b'"\\u0000":1'), (422, "invalid_body"), id="2 U+0000 in a key"),
        pytest.param(and_besides(b'"x":[["\\ud800"]]'), (422, "invalid_body"), id="1 deep inside"),
        pytest.param(and_besides(b'"text_content":"b"'), (422, "invalid_body"), id="3 twice"),
        pytest.param(
            and_besides(b'"x":{"y":1,"y":1}'), (422, "invalid_body"), id="3 twice, nested"
        ),
        pytest.param(and_besides(b'"x":NaN'), (422, "invalid_body"), id="4 NaN"),
        pytest.param(and_besides(b'"x":[-Infinity]'), (422, "invalid_body"), id="4 Infinity"),
        pytest.param(and_besides(b'"x":1e999'), (422, "invalid_body"), id="4 overflowing float"),
        pytest.param(
            and_besides(b'"seen_pos":9007199254740993'), (422, "invalid_body"), id="beyond 2^53"
        ),
        pytest.param(
            and_besides(b'"seen_pos":' + b"9" * 5000), (422, "invalid_body"), id="5,000 digits"
        ),
        pytest.param(with_text(b"\xff"), (400, "malformed_body"), id="5 invalid UTF-8"),
        pytest.param(with_text(b"\xed\xa0\x80"), (400, "malformed_body"), id="5 encoded surrogate"),
        pytest.param('{"a":1}'.encode("utf-16"), (400, "malformed_body"), id="6 UTF-16"),
        pytest.param('{"a":1}'.encode("utf-16-le"), (400, "malformed_body"), id="6 without BOM"),
        pytest.param('{"a":1}'.encode("utf-32-le"), (400, "malformed_body"), id="6 UTF-32"),
        pytest.param(b"\xef\xbb\xbf{}", (400, "malformed_body"), id="7 BOM"),
        pytest.param(b"[]", (422, "invalid_body"), id="8 array"),
        pytest.param(b"null", (422, "invalid_body"), id="8 null"),
        pytest.param(b'"text"', (422, "invalid_body"), id="8 text"),
        pytest.param(b"", (422, "invalid_body"), id="9 empty"),
        pytest.param(b"[" * 100_000, (400, "malformed_body"), id="10 deep, open"),
        pytest.param(
            b'{"a":' * 100_000 + b"1" + b"}" * 100_000, (400, "malformed_body"), id="10 deep"
        ),
        pytest.param(b"[" * 33 + b"]" * 33, (400, "malformed_body"), id="10 just too deep"),
        pytest.param(b"{", (400, "malformed_body"), id="cut off"),
        pytest.param(b"{'a':1}", (400, "malformed_body"), id="not JSON"),
        pytest.param(b'{"a":1}}', (400, "malformed_body"), id="more than one value"),
        pytest.param(with_text(b"a\nb"), (400, "malformed_body"), id="raw control character"),
        pytest.param(with_text(b"x" * 70_000), (413, "body_too_large"), id="13 70 KB"),
        pytest.param(b'{"client_id":7,"text_content":"x"}', (422, "invalid_body"), id="wrong type"),
        pytest.param(b'{"text_content":"x"}', (422, "invalid_body"), id="missing"),
    ],
)
async def test_a_bad_body_is_refused(ana: Browser, raw: bytes, expected: tuple[int, str]) -> None:
    assert await send(ana, raw) == expected


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"],
)
async def test_21_a_form_cannot_post(ana: Browser, content_type: str) -> None:
    raw = msgspec.json.encode(WELL_FORMED)
    assert await send(ana, raw, content_type) == (415, "unsupported_media_type")


async def test_a_charset_is_no_way_round_utf_8(ana: Browser) -> None:
    raw = msgspec.json.encode(WELL_FORMED)
    assert await send(ana, raw, "Application/JSON; charset=utf-8") == (404, "not_found")
    assert await send(ana, '{"a":1}'.encode("utf-16"), "application/json; charset=utf-16") == (
        400,
        "malformed_body",
    )


@pytest.mark.parametrize(
    "client_id", ["x", "optimistic-1-short", CLIENT_ID + "x" * 10_240, CLIENT_ID + "\n"]
)
async def test_16_a_client_id_has_one_form(ana: Browser, client_id: str) -> None:
    raw = msgspec.json.encode(WELL_FORMED | {"client_id": client_id})
    headers = {"Idempotency-Key": client_id.strip()}
    answer = await ana.ask("POST", SEND, raw=raw, headers=headers)
    assert (answer.status, answer.code) in [
        (422, "invalid_body"),
        (422, "idempotency_key_mismatch"),
    ]


async def test_13_a_body_of_64_mb_is_refused_before_it_has_come(
    edge: Edge, session_of_ana: str
) -> None:
    """Announced: at once. In chunks: once 64 KB have come, while the rest is still unsent."""
    head = (
        f"POST {SEND} HTTP/1.1\r\nHost: x\r\nOrigin: {edge.origin}\r\nCookie: {session_of_ana}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()
    for ways in (
        [b"Content-Length: 67108864\r\n\r\n"],
        [b"Transfer-Encoding: chunked\r\n\r\n", b"4000000\r\n", b"x" * (64 * 1024 + 1)],
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.port)
        writer.writelines([head, *ways])
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 413 ")


async def test_13_whoever_sends_64_mb_anyway_gets_to_read_the_answer(ana: Browser) -> None:
    answer = await ana.ask("POST", SEND, raw=io.BytesIO(with_text(b"x" * 64_000_000)))
    assert answer.code == "body_too_large"


async def test_20_an_unknown_field_is_ignored_and_logged_at_debug(
    ana: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    raw = msgspec.json.encode(WELL_FORMED | {"from_the_future": "a secret", "new\nline": 1})
    with caplog.at_level(logging.DEBUG, "forthwith.api.body"):
        assert await send(ana, raw) == (404, "not_found")
    lines = [
        record.getMessage() for record in caplog.records if record.name == "forthwith.api.body"
    ]
    assert lines == [r"Unknown fields of SendMessage: 'from_the_future', 'new\nline'"]


def test_nesting_is_counted_outside_of_strings() -> None:
    text = b'{"a":"' + b"[{" * 100 + rb"\"[[[" + b'"}'
    assert strict.parse(text) == {"a": "[{" * 100 + '"[[['}
    with pytest.raises(Refusal) as refused:
        strict.parse(b"[" * 33 + b"]" * 33)
    assert refused.value.code == "malformed_body"
    assert strict.parse(b"[" * 32 + b"]" * 32)
    assert len(strict.parse(b"[" + b"[]," * 5000 + b"[]]")) == 5001
