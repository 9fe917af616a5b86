"""Rows 52-55: what is not to be trusted about a file. Memory is watched through each of them (conftest)."""

import asyncio
import io
import secrets
import struct
import zlib
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests import media_samples
from tests.bad_input.conftest import Desk, Raw, code_of, talk

MEGABYTE = 1_048_576


async def bring(desk: Desk, content: bytes, claimed: str, **more: str) -> Raw:
    headers = {"Content-Type": claimed, "Origin": desk.served.url} | more
    async with desk.agent.http.post(
        f"{desk.served.url}/api/media", data=io.BytesIO(content), headers=headers
    ) as answer:
        return answer.status, code_of(await answer.text())


async def test_row_52_a_name_reaches_no_folder_and_is_cleaned(desk: Desk) -> None:
    pdf = media_samples.PDF + secrets.token_bytes(8)
    name = {"Forthwith-Filename": "..%2F..%2Fetc%2Fx.html"}
    headers = {"Content-Type": "application/pdf", "Origin": desk.served.url} | name
    url = f"{desk.served.url}/api/media"
    async with desk.agent.http.post(url, data=pdf, headers=headers) as answer:
        assert answer.status == 201
        assert (await answer.json())["media"]["filename"] == "x.html"
    folder = desk.served.folder / "data"
    assert not (folder.parent / "etc").exists()
    names = [each.name for each in (folder / "media").rglob("*") if each.is_file()]
    assert names
    assert all(len(name) == 64 and name.isalnum() for name in names), names


async def test_row_53_a_line_break_in_a_name(desk: Desk) -> None:
    for name in ("a%0D%0ASet-Cookie:%20b.pdf", "a%0Ab.pdf", "%0D"):
        answer = await bring(
            desk, media_samples.PDF, "application/pdf", **{"Forthwith-Filename": name}
        )
        assert answer == (400, "invalid_body"), name
    head = (
        f"POST /api/media HTTP/1.1\r\nHost: x\r\nOrigin: {desk.served.url}\r\n"
        f"Cookie: {desk.agent.http.headers['Cookie']}\r\nForthwith-Filename: a\rb\r\n"
    )
    said = await talk(desk.served.port, head.encode() + b"Content-Length: 0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400 "), said


async def test_row_54_200_mb_are_refused_at_the_limit(desk: Desk) -> None:
    """Announced: before a byte has come. In chunks: once more has come than WhatsApp takes of the kind."""
    head = (
        f"POST /api/media HTTP/1.1\r\nHost: x\r\nOrigin: {desk.served.url}\r\n"
        f"Cookie: {desk.agent.http.headers['Cookie']}\r\nContent-Type: video/mp4\r\n"
    ).encode()
    begin = media_samples.film() + bytes(64 * 1024)
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    ways: list[tuple[bytes, Iterator[bytes]]] = [
        (b"Content-Length: 209715200\r\n\r\n", iter(())),
        (b"Content-Length: 20971520\r\n\r\n", iter([begin])),  # over what a film may have
        (
            b"Transfer-Encoding: chunked\r\n\r\n",
            iter([b"%x\r\n%s\r\n" % (len(begin), begin), *[chunk] * 16 * 17]),
        ),
    ]
    for framing, parts in ways:
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.served.port)
        writer.write(head + framing)
        for part in parts:
            writer.write(part)
            await writer.drain()
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 413 "), (framing, answer)
    left = desk.served.folder / "data/media/incoming"
    assert [each for each in left.iterdir() if each.stat().st_size > MEGABYTE] == []


async def test_ten_of_the_largest_at_once_do_not_fill_the_memory(desk: Desk) -> None:
    """Watched by `little_memory`: at most 50 MB more than before."""

    async def file(seed: bytes) -> AsyncIterator[bytes]:
        yield media_samples.PDF + seed
        for _ in range(99):
            yield bytes(MEGABYTE)

    async def send() -> int:
        headers = {"Content-Type": "application/pdf", "Origin": desk.served.url}
        url = f"{desk.served.url}/api/media"
        timeout = aiohttp.ClientTimeout(total=120)
        body = file(secrets.token_bytes(8))
        async with desk.agent.http.post(url, data=body, headers=headers, timeout=timeout) as answer:
            return answer.status

    assert sorted(await asyncio.gather(*(send() for _ in range(11)))) == [201] * 10 + [429]


def huge_png(side: int) -> bytes:
    """A few kilobytes that say they are `side` times `side` pixels, and are."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    packer, packed = zlib.compressobj(9), b""
    for _ in range(side):
        packed += packer.compress(bytes(1 + -(-side // 8)))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    whole = chunk(b"IHDR", header) + chunk(b"IDAT", packed + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


@pytest.mark.parametrize(
    ("content", "claimed", "expected"),
    [
        (media_samples.HTML, "image/png", (415, "media_unsupported")),
        (media_samples.SVG, "image/jpeg", (415, "media_unsupported")),
        (b"\n \t<?xml version='1.0'?>" + media_samples.SVG, "image/svg+xml", (415, "media_unsupported")),
        (b"PK\x03\x04" + bytes(2_000), "image/png", (422, "media_broken")),
        (huge_png(30_000), "image/png", (422, "media_broken")),
        (huge_png(7_100), "image/png", (422, "media_broken")),
        (b"", "image/png", (422, "media_broken")),
        (media_samples.PDF, "image/png", (422, "media_broken")),
        (b"MZ" + bytes(500), "image/jpeg", (422, "media_broken")),
        (b"\xff\xd8\xff\xe0" + bytes(5_000), "image/jpeg", (422, "media_broken")),
    ],
    ids=["html", "svg", "svg after xml", "zip", "30,000 squared", "7,100 squared", "empty", "pdf", "exe", "no jpeg"],
)  # fmt: skip
async def test_row_55_pictures_that_are_none(
    desk: Desk, content: bytes, claimed: str, expected: Raw
) -> None:
    assert await bring(desk, content, claimed) == expected
