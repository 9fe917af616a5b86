"""Each answer of WhatsApp has one outcome (R7): a row per code, and the answers that are no answers."""

import asyncio
import hashlib
import hmac
import json
import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from forthwith.protocol.codes import FAILURE_CODES
from forthwith.whatsapp.client import (
    Accepted,
    Held,
    NotSent,
    Outcome,
    Paced,
    Refused,
    Unknown,
    WhatsAppClient,
    outcome_of,
)
from forthwith.whatsapp.errors import MEANINGS, meaning_of
from forthwith.whatsapp.signature import is_signed

KINDS = {"held": Held, "paced": Paced, "refused": Refused, "unknown": Unknown}
EXPECTED = {
    **dict.fromkeys([0, 3, 10, 190, 200, 250, 299, 131005, 131031, 131042, 133010, 131057], "held"),
    **dict.fromkeys([4, 80007, 130429, 131056, 131016, 133004], "paced"),
    **dict.fromkeys([1, 2, 131000], "unknown"),
    **dict.fromkeys([33, 100, 131008, 131009, 131021, 131051, 135000], "refused"),
    **dict.fromkeys([131026, 131047, 130403, 131049, 131050, 130472, 131048, 131064], "refused"),
    **dict.fromkeys([130497, 131044, 131030, 131053, 131062, 137000], "refused"),
    **dict.fromkeys([132000, 132001, 132005, 132007, 132008, 132012, 132015], "refused"),
    **dict.fromkeys([132016, 132018, 132068, 132069, 999_999], "refused"),
}


def error(code: int) -> bytes:
    return json.dumps(
        {"error": {"code": code, "message": "m", "error_data": {"details": "d"}}}
    ).encode()


@pytest.mark.parametrize(("code", "kind"), EXPECTED.items())
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_code_means_the_same_under_every_http_status(code: int, kind: str, status: int) -> None:
    assert isinstance(outcome_of(status, None, error(code)), KINDS[kind])


def test_every_code_of_the_table_has_a_row_above() -> None:
    assert {code for code in MEANINGS if not 200 < code < 299} <= set(EXPECTED) | {250}


def test_every_reason_has_a_sentence_in_the_catalogue() -> None:
    assert {
        meaning.reason for meaning in MEANINGS.values() if meaning.kind == "refused"
    } <= FAILURE_CODES
    assert meaning_of(999_999).reason in FAILURE_CODES


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b'{"messages":[]}'),
        (200, b'{"messages":[{"id"'),
        (200, b"{}"),
        (502, b"Bad Gateway"),
        (503, b""),
        (500, b'{"messages":[{"id":"wamid.1"}]}'),
        (200, b'{"error":{"code":"many"}}'),
    ],
)
def test_what_is_neither_a_wamid_nor_an_error_body_is_unknown(status: int, body: bytes) -> None:
    assert isinstance(outcome_of(status, None, body), Unknown)


def test_a_wamid_is_acceptance() -> None:
    body = b'{"messaging_product":"whatsapp","contacts":[],"messages":[{"id":"wamid.1"}]}'
    assert outcome_of(200, None, body) == Accepted("wamid.1")


@pytest.mark.parametrize(
    "more", [{"error_data": "a text"}, {"message": None}, {"error_data": None}]
)
def test_a_refusal_is_understood_whatever_stands_beside_its_code(more: dict[str, object]) -> None:
    body = json.dumps({"error": {"code": 131026, **more}}).encode()
    assert isinstance(outcome_of(400, None, body), Refused)


def test_the_retry_hint_is_read_in_milliseconds_and_bounded() -> None:
    assert outcome_of(429, "7", error(130429)) == Paced(130429, 7_000)
    assert outcome_of(429, "9" * 5_000, error(130429)) == Paced(130429, 3_600_000)
    assert outcome_of(429, "soon", error(130429)) == Paced(130429, None)


async def test_a_refused_connection_proves_that_nothing_left_us() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    client = WhatsAppClient(f"http://127.0.0.1:{port}/v26.0", "token", 5)
    assert isinstance(await client.send("1", {}), NotSent)
    await client.close()


async def outcome_from(answer: bytes | None, timeout_seconds: float) -> Outcome:
    """What a send makes of a server that reads the request, writes `answer` and closes; None: never answers."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()  # until the client gives up
        else:
            writer.write(answer)
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = WhatsAppClient(f"http://127.0.0.1:{port}/v26.0", "token", timeout_seconds)
        outcome = await client.send("1", {})
        await client.close()
        await ended.wait()
    return outcome


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"])
async def test_a_connection_lost_after_the_request_is_unknown(answer: bytes) -> None:
    assert isinstance(await outcome_from(answer, 5), Unknown)


async def test_a_redirection_is_not_followed() -> None:
    followed = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        followed.set()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as elsewhere:
        port = elsewhere.sockets[0].getsockname()[1]
        head = (
            f"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n"
        )
        assert isinstance(await outcome_from(head.encode(), 5), Unknown)
    assert not followed.is_set()


async def test_a_connection_that_never_came_about_proves_that_nothing_left_us() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        with socket.socket() as first, socket.socket() as second:
            for each in (first, second):  # they fill the queue of a server that accepts nobody
                each.setblocking(False)
                each.connect_ex(deaf.getsockname())
            client = WhatsAppClient(f"http://127.0.0.1:{deaf.getsockname()[1]}/v26.0", "token", 0.4)
            assert isinstance(await client.send("1", {}), NotSent)
            await client.close()


@pytest.mark.parametrize(
    ("status", "is_answering"), [(200, True), (400, True), (401, True), (500, False), (503, False)]
)
async def test_a_number_answers_when_its_own_node_does_with_whatever_but_a_fault(
    status: int, is_answering: bool
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        return web.json_response({}, status=status)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        client = WhatsAppClient(f"{server.make_url('/')}v26.0", "token", 5)
        assert await client.is_answering("15550001") is is_answering
        assert asked == ["GET /v26.0/15550001"], "a harmless read"
        await client.close()


async def test_no_answer_in_time_is_unknown() -> None:
    assert isinstance(await outcome_from(None, 0.2), Unknown)


def test_only_the_raw_bytes_and_a_current_secret_are_signed() -> None:
    body = b'{"text":"caf\\u00e9"}'
    good = "sha256=" + hmac.new(b"new", body, hashlib.sha256).hexdigest()
    assert is_signed(body, good, ["old", "new"])
    assert not is_signed('{"text":"café"}'.encode(), good, ["old", "new"])
    assert not is_signed(body, good, ["old"])
    for header in (
        None,
        "",
        "sha256=",
        good.upper(),
        good.replace("sha256", "sha1"),
        good[:-1],
        "sha256=é",
    ):
        assert not is_signed(body, header, ["new"])
