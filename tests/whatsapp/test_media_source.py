"""The guarded door (security row 17): whatever an address says, only Meta is asked, and only Meta gets the token."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import AddressFamily

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from forthwith.whatsapp.media_source import (
    Located,
    MediaSource,
    NotFetched,
    NotThere,
    PublicOnly,
    TooLarge,
    Unsafe,
    is_public,
)

META = MediaSource("https://graph.facebook.com/v26.0", "the-token", 2.0)
BYTES = b"a wheel" * 1_000


class Names(AbstractResolver):
    """Answers with all of these addresses at once."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, 0

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        kind = {"family": AddressFamily.AF_INET, "proto": 0, "flags": 0}
        return [
            ResolveResult(hostname=host, host=address, port=port, **kind)  # type: ignore[typeddict-item]  # they fit
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


async def nowhere(chunk: bytes) -> None:
    raise AssertionError("nothing may come")


@pytest.mark.parametrize(
    "address",
    [
        "http://lookaside.fbsbx.com/a",
        "https://lookaside.fbsbx.com:8443/a",
        "https://lookaside.fbsbx.com.evil.example/a",
        "https://evil.example/lookaside.fbsbx.com",
        "https://evilfbcdn.net/a",
        "https://lookaside.fbsbx.com@evil.example/a",
        "https://user:word@lookaside.fbsbx.com/a",
        "https://127.0.0.1/a",
        "https://2130706433/a",
        "https://0x7f000001/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://169.254.169.254/latest/meta-data",
        "http://localhost:8000/a",
        "file:///etc/passwd",
        "gopher://lookaside.fbsbx.com/a",
        "//lookaside.fbsbx.com/a",
        "",
    ],
)
async def test_an_address_elsewhere_is_never_asked(address: str) -> None:
    with pytest.raises(NotFetched):
        await META.download(Located(address, "", 1), 100, nowhere)
    try:
        assert not META.is_allowed(URL(address))
    except ValueError:
        pass  # no address at all


@pytest.mark.parametrize(
    "address",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://scontent.xx.fbcdn.net/v/1",
        "https://mmg.whatsapp.net/v/1",
        "https://graph.facebook.com/v26.0/1",
    ],
)
def test_meta_s_own_hosts_are_asked(address: str) -> None:
    assert META.is_allowed(URL(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *("fc00::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "2002:7f00:1::", "ff02::1", "nonsense"),
    ],
)
def test_addresses_inside_a_network_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_meta_s_addresses_are_public() -> None:
    assert is_public("157.240.0.1")
    assert is_public("2a03:2880:f101::1")


async def test_a_name_of_meta_s_that_stands_for_this_machine_is_not_asked() -> None:
    """Nor does a public address beside it help; the one answer that is checked is the one that would be used."""
    async with listening(lambda request: web.Response(body=BYTES)) as (_, asked):
        for names in (Names("127.0.0.1"), Names("157.240.0.1", "127.0.0.1")):
            source = MediaSource("https://graph.facebook.com/v26.0", "the-token", 0.3, names)
            address = "https://lookaside.fbsbx.com/a"
            with pytest.raises(NotFetched, match="not public"):
                await source.download(Located(address, "", 1), 100, nowhere)
            assert names.asked == 1
        assert asked == []
    with pytest.raises(OSError, match="not public"):
        await PublicOnly(Names("10.1.2.3")).resolve("lookaside.fbsbx.com")


@asynccontextmanager
async def listening(answer: object) -> AsyncIterator[tuple[int, list[web.Request]]]:
    """A server on this machine, and what it was asked."""
    asked: list[web.Request] = []

    async def note(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        assert callable(answer)
        said = answer(request)
        assert isinstance(said, web.StreamResponse)
        return said

    app = web.Application()
    app.router.add_get("/{path:.*}", note)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1], asked
    finally:
        await runner.cleanup()


async def fetched(source: MediaSource, located: Located, most: int = 10**6) -> bytes:
    come = bytearray()

    async def write(chunk: bytes) -> None:
        come.extend(chunk)

    await source.download(located, most, write)
    return bytes(come)


async def test_the_emulator_on_this_machine_is_asked_with_the_token() -> None:
    async with listening(lambda request: web.Response(body=BYTES)) as (port, asked):
        source = MediaSource(f"http://127.0.0.1:{port}", "the-token", 2.0)
        url = f"http://127.0.0.1:{port}/file"
        assert await fetched(source, Located(url, "", len(BYTES))) == BYTES
        assert asked[0].headers["Authorization"] == "Bearer the-token"
        other = f"http://127.0.0.1:{port + 1}/file"
        with pytest.raises(Unsafe):
            await fetched(source, Located(other, "", 1))


async def test_a_redirection_elsewhere_ends_there_and_the_token_stays_here() -> None:
    async with listening(lambda request: web.Response(body=b"stolen")) as (thief, stolen):

        def send_away(request: web.Request) -> web.Response:
            location = f"http://127.0.0.1:{thief}/" if request.path == "/away" else "/file"
            if request.path == "/file":
                return web.Response(body=BYTES)
            return web.Response(status=302, headers={"Location": location})

        async with listening(send_away) as (port, _):
            source = MediaSource(f"http://127.0.0.1:{port}", "the-token", 2.0)
            with pytest.raises(Unsafe):
                await fetched(source, Located(f"http://127.0.0.1:{port}/away", "", 1))
            assert stolen == []
            home = Located(f"http://127.0.0.1:{port}/home", "", 1)
            assert await fetched(source, home) == BYTES


async def test_size_and_time_have_their_limits() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(bytes(1_000))
            await asyncio.sleep(0.05)
        return answer

    app = web.Application()
    app.router.add_get("/drip", drip)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    source = MediaSource(f"http://127.0.0.1:{port}", "the-token", 0.5)
    url = f"http://127.0.0.1:{port}/drip"
    try:
        with pytest.raises(TooLarge):
            await fetched(source, Located(url, "", 0), most=3_000)
        with pytest.raises(TooLarge):
            await fetched(source, Located(url, "", 10**9), most=3_000)
        with pytest.raises(NotFetched, match="Timeout"):
            await fetched(source, Located(url, "", 0))
    finally:
        await runner.cleanup()


async def test_an_unknown_id_is_told_from_a_bad_day() -> None:
    def node(request: web.Request) -> web.Response:
        if request.path.endswith("/gone"):
            return web.json_response({"error": {"code": 100, "message": "no"}}, status=400)
        if request.path.endswith("/odd"):
            return web.Response(text="<html>")
        return web.json_response({"error": {"code": 190}}, status=401)

    async with listening(node) as (port, _):
        source = MediaSource(f"http://127.0.0.1:{port}", "the-token", 2.0)
        with pytest.raises(NotThere):
            await source.locate("gone")
        for name in ("odd", "held"):
            with pytest.raises(NotFetched) as raised:
                await source.locate(name)
            assert not isinstance(raised.value, NotThere)
