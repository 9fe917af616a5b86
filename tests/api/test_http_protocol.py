"""Requests that are not good HTTP, or come too slowly (bad-input rows 22–24), over raw sockets."""

import asyncio
import time

import pytest

from forthwith.api import http_protocol
from tests.api.conftest import Edge

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


async def talk(edge: Edge, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send the parts, then read until the server closes, which it must do within 5 s."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


@pytest.fixture
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """The production figures are 10 s and 30 s."""
    assert (http_protocol.HEAD_SECONDS, http_protocol.BODY_SECONDS) == (10.0, 30.0)
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 0.6)


@pytest.mark.usefixtures("short_times")
@pytest.mark.parametrize(
    ("parts", "seconds"),
    [
        pytest.param([], 0.3, id="nothing at all"),
        pytest.param([b"GET /hea"], 0.3, id="head cut off"),
        pytest.param([GET, b"X: 1\r\n", b"Y: 2\r\n"], 0.3, id="head in drops"),
        pytest.param(
            [POST + b"Origin: x\r\nContent-Length: 9\r\n\r\n{"], 0.6, id="body of a refused request"
        ),
    ],
)
async def test_22_what_comes_too_slowly_is_closed(
    edge: Edge, parts: list[bytes], seconds: float
) -> None:
    began = time.monotonic()
    await talk(edge, *parts, pause=0.05)
    assert seconds - 0.05 <= time.monotonic() - began < seconds + 1


@pytest.mark.usefixtures("short_times")
async def test_22_a_slow_body_is_closed_while_the_route_waits_for_it(edge: Edge) -> None:
    began = time.monotonic()
    head = POST + f"Origin: {edge.origin}\r\nContent-Length: 90\r\n\r\n".encode()
    assert await talk(edge, head, b"{", b'"', pause=0.05) == b""
    assert 0.5 < time.monotonic() - began < 1.6


@pytest.mark.usefixtures("short_times")
async def test_22_drops_after_the_answer_keep_no_connection(edge: Edge) -> None:
    """A refused body is still read, so that the client gets the answer; but not for ever."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.port)
    writer.write(POST + b"Origin: foreign\r\nContent-Length: 900\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 403 ")
    began = time.monotonic()
    with pytest.raises(ConnectionError):  # noqa: PT012  # whichever of the two notices first
        while time.monotonic() - began < 3:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)
    assert time.monotonic() - began < 1.6


@pytest.mark.usefixtures("short_times")
async def test_a_kept_connection_outlives_the_times_of_one_request(edge: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.port)
    for _ in range(5):
        writer.write(GET + b"\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"up\n"), 5)
        assert answer.startswith(b"HTTP/1.1 200 ")
        await asyncio.sleep(0.15)
    writer.close()


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            [POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
            id="CL and TE",
        ),
        pytest.param(
            [POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"],
            id="TE and CL",
        ),
        pytest.param([POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxx"], id="two CL"),
        pytest.param(
            [POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nxxxxx"], id="two equal CL"
        ),
        pytest.param([POST + b"Content-Length: -1\r\n\r\n"], id="negative CL"),
        pytest.param([POST + b"Content-Length: 1e9\r\n\r\n"], id="CL no number"),
        pytest.param([GET + b"X: a\x00b\r\n\r\n"], id="NUL in a header"),
        pytest.param([b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"], id="path not ASCII"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01"], id="TLS to a plain port"),
    ],
)
async def test_23_ambiguous_requests_are_400(edge: Edge, parts: list[bytes]) -> None:
    answer = await talk(edge, *parts)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"code":"malformed_body"' in answer


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([GET + b"X: " + b"x" * 100_000 + b"\r\n\r\n"], id="one header, whole"),
        pytest.param([GET + b"X: ", b"x" * 50_000, b"x" * 50_000], id="one header, never ending"),
        pytest.param(
            [GET + b"".join(b"X-%d: y\r\n" % n for n in range(5_000)) + b"\r\n"], id="many"
        ),
        pytest.param([b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n"], id="path"),
        pytest.param(
            [
                GET
                + b"Upgrade: websocket\r\nConnection: upgrade\r\nX: "
                + b"x" * 100_000
                + b"\r\n\r\n"
            ],
            id="socket",
        ),
    ],
)
async def test_24_a_head_of_100_kb_is_431(edge: Edge, parts: list[bytes]) -> None:
    answer = await talk(edge, *parts)
    assert answer.startswith(b"HTTP/1.1 431 "), answer[:200]
    assert b'"code":"headers_too_large"' in answer


async def test_24_trailers_do_not_grow_for_ever(edge: Edge) -> None:
    head = POST + f"Origin: {edge.origin}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with pytest.raises(ConnectionError):
        await talk(edge, head + b"2\r\n{}\r\n0\r\nX: ", *[b"x" * 30_000] * 50, pause=0.01)


async def test_24_a_trailer_is_no_header(edge: Edge) -> None:
    """uvicorn would show it to the application among the headers, and it could name an origin."""
    head = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailer = f"0\r\nOrigin: {edge.origin}\r\n\r\n".encode()
    answer = await talk(edge, head + b"2\r\n{}\r\n" + trailer)
    assert answer.startswith(b"HTTP/1.1 403 ")


async def test_a_head_below_the_limit_passes(edge: Edge) -> None:
    answer = await talk(edge, GET + b"Connection: close\r\nX: " + b"x" * 30_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_body_in_chunks_of_one_byte_passes(edge: Edge) -> None:
    head = (
        POST
        + f"Origin: {edge.origin}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    body = b'{"email":"%b@x","password":"p"}' % (b"e" * 20_000)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    parts = [chunks[at : at + 30_000] for at in range(0, len(chunks), 30_000)]
    answer = await talk(edge, head, *parts, pause=0.02)
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_requests_in_one_packet_are_answered_one_after_another(edge: Edge) -> None:
    padded = GET + b"X: " + b"x" * 20_000 + b"\r\n\r\n"
    answer = await talk(edge, padded * 6 + GET + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 7
