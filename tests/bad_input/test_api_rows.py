"""Rows 1-24: what the agents' API must answer to bodies, texts, ids and requests that are not what they should be."""

import asyncio
import time
from collections import Counter

import msgspec
import pytest

from tests.bad_input.conftest import CLIENT_ID, Desk, Raw, inbound, talk, webhook
from tests.rig import new_client_id

INVALID = (422, "invalid_body")
MALFORMED = (400, "malformed_body")
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


def with_text(text: bytes) -> bytes:
    return b'{"client_id":"%b","message_type":"text","text_content":"%b"}' % (
        CLIENT_ID.encode(),
        text,
    )


def besides(rest: bytes) -> bytes:
    """Well-formed, but for what follows."""
    return with_text(b"Hello").removesuffix(b"}") + b"," + rest + b"}"


async def all_refused(desk: Desk, expected: Raw, *bodies: bytes) -> None:
    for body in bodies:
        assert await desk.post(body) == expected, body[:80]
    assert await desk.texts() == ["Hello"], "nothing was stored"


async def test_row_01_half_a_surrogate_pair(desk: Desk) -> None:
    deep = besides(b'"x":[["\\ud800"]]')
    await all_refused(desk, INVALID, with_text(rb"\ud800"), with_text(rb"\udc00x"), deep)


async def test_row_02_nul(desk: Desk) -> None:
    await all_refused(desk, INVALID, with_text(rb"a\u0000b"), besides(b'"\\u0000":1'))


async def test_row_03_a_key_twice(desk: Desk) -> None:
    await all_refused(desk, INVALID, besides(b'"text_content":"b"'), besides(b'"x":{"y":1,"y":1}'))


async def test_row_04_numbers_that_are_none(desk: Desk) -> None:
    for each in (b"NaN", b"[-Infinity]", b"1e999", b"9" * 5_000):
        await all_refused(desk, INVALID, besides(b'"x":' + each))
    await all_refused(desk, INVALID, besides(b'"seen_pos":9007199254740993'))


async def test_row_05_invalid_utf_8(desk: Desk) -> None:
    await all_refused(desk, MALFORMED, with_text(b"\xff"), with_text(b"\xed\xa0\x80"))


async def test_row_06_utf_16(desk: Desk) -> None:
    text = with_text(b"Hello").decode()
    await all_refused(
        desk, MALFORMED, *(text.encode(each) for each in ("utf-16", "utf-16-le", "utf-32-le"))
    )


async def test_row_07_a_byte_order_mark(desk: Desk) -> None:
    await all_refused(desk, MALFORMED, b"\xef\xbb\xbf" + with_text(b"Hello"))


async def test_row_08_an_array_for_an_object(desk: Desk) -> None:
    await all_refused(desk, INVALID, b"[]", b"null", b'"text"')


async def test_row_09_an_empty_body(desk: Desk) -> None:
    await all_refused(desk, INVALID, b"")


async def test_row_10_nesting_100_000_deep(desk: Desk) -> None:
    closed = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    await all_refused(desk, MALFORMED, b"[" * 100_000, closed, b"[" * 33 + b"]" * 33)


async def test_row_11_a_text_that_nobody_would_see(desk: Desk) -> None:
    for text in ("", "   \n\t", "\u200b\u200d\ufeff", "\u2060\u00ad"):
        body = {"client_id": CLIENT_ID, "message_type": "text", "text_content": text}
        assert await desk.post(msgspec.json.encode(body)) == (422, "text_empty"), text.encode()


async def test_row_12_code_points_are_counted(desk: Desk) -> None:
    """The browser counts the same: web/src/domain/messageLimits.test.ts."""
    assert await desk.say("🚲" * 4_097) == (422, "text_too_long")
    assert await desk.say("🚲" * 4_096) == (201, "")


async def test_row_13_64_mb_are_refused_before_they_have_come(desk: Desk) -> None:
    """Announced: at once. In chunks: once 64 KB have come, while the rest is still unsent."""
    cookie = desk.agent.http.headers["Cookie"]
    head = (
        f"POST {desk.path} HTTP/1.1\r\nHost: x\r\nOrigin: {desk.served.url}\r\nCookie: {cookie}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()
    for ways in (
        [b"Content-Length: 67108864\r\n\r\n"],
        [b"Transfer-Encoding: chunked\r\n\r\n", b"4000000\r\n", b"x" * (64 * 1024 + 1)],
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.served.port)
        writer.writelines([head, *ways])
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 413 ")
    assert await desk.post(with_text(b"x" * 64_000_000)) == (413, "body_too_large")


async def test_row_14_one_post_a_hundred_times_at_once(desk: Desk) -> None:
    client_id = new_client_id()
    answers = await asyncio.gather(*(desk.say("Once", client_id) for _ in range(100)))
    assert Counter(status for status, _ in answers) == {201: 1, 200: 99}
    assert await desk.texts() == ["Hello", "Once"]


async def test_row_15_another_body_under_the_same_id(desk: Desk) -> None:
    client_id = new_client_id()
    assert await desk.say("One", client_id) == (201, "")
    assert await desk.say("Two", client_id) == (409, "idempotency_conflict")
    assert await desk.texts() == ["Hello", "One"]


async def test_row_16_a_client_id_of_another_form(desk: Desk) -> None:
    for each in ("x", "optimistic-1-short", CLIENT_ID + "x" * 10_240, CLIENT_ID + "é", ""):
        body = {"client_id": each, "message_type": "text", "text_content": "Hello"}
        status, code = await desk.post(
            msgspec.json.encode(body), **{"Idempotency-Key": each if each.isascii() else "x"}
        )
        assert (status, code in ("invalid_body", "idempotency_key_mismatch")) == (422, True)


async def test_row_17_a_conversation_of_another_inbox(desk: Desk) -> None:
    """As if it did not exist: 403 would tell that it does."""
    elsewhere = await _in_another_inbox(desk)
    body = {"client_id": CLIENT_ID, "message_type": "text", "text_content": "Hello"}
    path = f"/api/conversations/{elsewhere}/messages"
    assert await desk.post(msgspec.json.encode(body), path) == (404, "not_found")
    for ask in (path, f"/api/conversations/{elsewhere}"):
        assert (await desk.agent.call("GET", ask))[0] == 404
    assert elsewhere not in {row["_id"] for row in await desk.agent.conversations()}


async def _in_another_inbox(desk: Desk) -> str:
    """A conversation moved to a number that Ana is no member of."""
    served = desk.served
    contact = "447700911111"
    assert (await served.deliver(webhook([inbound(contact, "Elsewhere")])))[0] == 200
    moved = await desk.agent.conversation_of(contact)
    served.change(
        "INSERT INTO inboxes (id, phone_number_id, business_account_id, name, display_phone_number, created_at)"
        " VALUES ('inbox-other', '5', '6', 'Other', '', 0)"
    )
    served.change("UPDATE conversations SET inbox_id = 'inbox-other' WHERE id = ?", moved)
    return moved


async def test_row_18_cursors_and_limits(desk: Desk) -> None:
    for query in ("cursor=forged", "limit=-1", "limit=0", "limit=1000000000"):
        assert (await desk.agent.call("GET", f"/api/conversations?{query}"))[0] == 422, query
    for query in ("before_pos=x", "limit=-1", "limit=1000000000", f"before_pos={10**30}"):
        assert (await desk.agent.call("GET", f"{desk.path}?{query}"))[0] == 422, query


@pytest.mark.parametrize(("minutes", "status"), [(24 * 60 + 6, 409), (24 * 60 + 2, 201)])
async def test_row_19_the_window_is_certainly_closed(desk: Desk, minutes: int, status: int) -> None:
    """Five minutes more than the 24 hours: clocks differ, and before that Meta decides."""
    contact = f"4477008{minutes:05}"
    then = str(int(time.time()) - minutes * 60)
    raw = webhook([inbound(contact, "Long ago", timestamp=then)])
    assert (await desk.served.deliver(raw))[0] == 200
    conversation_id = await desk.agent.conversation_of(contact)
    answered, row = await desk.agent.send(conversation_id, "Too late?")
    assert answered == status
    assert row.get("code", "") == ("window_closed" if status == 409 else "")


async def test_row_20_an_unknown_field_is_ignored_and_noted(desk: Desk) -> None:
    own = {"client_id": new_client_id(), "message_type": "text", "text_content": "Hello again"}
    raw = msgspec.json.encode(own | {"from_the_future": "canary"})
    assert (await desk.post(raw, **{"Idempotency-Key": own["client_id"]}))[0] == 201
    log = desk.served.log()
    assert "Unknown fields of SendMessage: 'from_the_future'" in log
    assert "canary" not in log


async def test_row_21_a_form_cannot_post(desk: Desk) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await desk.post(with_text(b"Hello"), **{"Content-Type": kind})
        assert answer == (415, "unsupported_media_type")


async def test_row_22_slow_heads_and_bodies_are_closed(desk: Desk) -> None:
    """At 10 s and 30 s; the same with other times, in many shapes: tests/api/test_http_protocol.py."""
    head = b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    origin = f"Origin: {desk.served.url}\r\n".encode()
    began = time.monotonic()

    async def closed_after(*parts: bytes) -> float:
        await talk(desk.served.port, *parts, within_seconds=60)
        return time.monotonic() - began

    slow_head, slow_body = await asyncio.gather(
        closed_after(GET + b"X: "), closed_after(head + origin + b"Content-Length: 9\r\n\r\n{")
    )
    assert 9.5 < slow_head < 16
    assert 29.5 < slow_body < 40


async def test_row_23_two_lengths(desk: Desk) -> None:
    head = b"POST /api/session HTTP/1.1\r\nHost: x\r\n"
    chunked = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    for rest in (chunked, b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxx"):
        answer = await talk(desk.served.port, head + rest)
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        assert answer.count(b"HTTP/1.1 ") == 1


async def test_row_24_a_head_of_100_kb(desk: Desk) -> None:
    for head in (
        GET + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
        GET + b"".join(b"X-%d: y\r\n" % n for n in range(9_000)) + b"\r\n",
    ):
        answer = await talk(desk.served.port, head)
        assert answer.startswith(b"HTTP/1.1 431 "), answer[:200]
