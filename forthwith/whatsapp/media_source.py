"""Files from WhatsApp, through a guarded door: whatever an address says, only Meta is asked, and only Meta gets the token.

An address is followed when it is https on a host of Meta's and every address that its name stands for is public; or when it
is the configured Graph itself (an emulator on this machine). The name is looked up once, by the connection that is then
made, so that a second, other answer of the name server changes nothing.
"""

import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from socket import AddressFamily
from typing import Any

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from forthwith.whatsapp import client

META_HOSTS = ("graph.facebook.com", "lookaside.fbsbx.com")
META_DOMAINS = (".fbcdn.net", ".fbsbx.com", ".whatsapp.net")
MOST_REDIRECTIONS = 3
SLOWEST_BYTES_PER_SECOND = 65_536
CHUNK_BYTES = 65_536
UNKNOWN_ID_CODES = (33, 100)


class NotFetched(Exception):
    """Not now; perhaps later."""


class NotThere(NotFetched):
    """WhatsApp does not know the id: its 7 days are over, or it never was."""


class Unsafe(NotFetched):
    """The address leads elsewhere than to Meta. Nothing was sent there."""


class TooLarge(Exception):
    """More than any file of WhatsApp's may have."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where a file can be got for the next five minutes; `sha256` as it is given, hexadecimal or base64."""

    url: str
    sha256: str
    size: int


class _Answer(msgspec.Struct):
    url: Any = ""
    sha256: Any = ""
    file_size: Any = 0
    error: Any = None


class MediaSource:
    """Fetches for one Meta app. `resolver` looks names up; the system's by default."""

    def __init__(
        self,
        graph_url: str,
        token: str,
        timeout_seconds: float,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._url = client.versioned(graph_url)
        self._own = URL(self._url)
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        self._timeout_seconds, self._resolver = timeout_seconds, resolver

    async def locate(self, whatsapp_id: str) -> Located:
        """Ask Graph for the address of a file. Raises NotFetched."""
        async with self._session(0) as http:
            try:
                async with self._get(http, URL(self._url) / whatsapp_id) as answer:
                    body = await answer.read()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise NotFetched(type(error).__name__) from error
        try:
            found = msgspec.json.decode(body, type=_Answer)
        except msgspec.MsgspecError:
            raise NotFetched(f"HTTP {answer.status} without a readable body") from None
        if isinstance(found.error, dict) and found.error.get("code") in UNKNOWN_ID_CODES:
            raise NotThere(str(found.error.get("code")))
        if not isinstance(found.url, str) or not found.url:
            raise NotFetched(f"HTTP {answer.status} without an address")
        size = found.file_size if isinstance(found.file_size, int) else 0
        return Located(found.url, str(found.sha256 or ""), size)

    async def download(
        self, located: Located, most_bytes: int, write: Callable[[bytes], Awaitable[None]]
    ) -> None:
        """Hand the file over chunk by chunk. Raises NotFetched or TooLarge."""
        if located.size > most_bytes:
            raise TooLarge
        async with self._session(located.size) as http:
            try:
                await self._follow(http, located.url, most_bytes, write)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                raise NotFetched(f"{type(error).__name__}: {error}") from error

    async def _follow(
        self,
        http: aiohttp.ClientSession,
        address: str,
        most_bytes: int,
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        url = URL(address)
        for _ in range(1 + MOST_REDIRECTIONS):
            async with self._get(http, url) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    url = url.join(URL(answer.headers.get("Location", "")))
                    continue
                if answer.status != 200:
                    raise NotFetched(f"HTTP {answer.status}")
                if (answer.content_length or 0) > most_bytes:
                    raise TooLarge
                come = 0
                async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                    come += len(chunk)
                    if come > most_bytes:
                        raise TooLarge
                    await write(chunk)
                return
        raise NotFetched("too many redirections")

    def _get(self, http: aiohttp.ClientSession, url: URL) -> Any:
        """The only place from which anything is asked: never elsewhere, and a redirection comes here again."""
        if not self.is_allowed(url):
            raise Unsafe(f"not Meta's: {url.scheme}://{url.host}")
        return http.get(url, allow_redirects=False)

    def is_allowed(self, url: URL) -> bool:
        """The configured Graph, or https on one of Meta's hosts."""
        if url.user is not None or url.password is not None:
            return False
        host = (url.host or "").lower()
        if (url.scheme, host, url.port) == (self._own.scheme, self._own.host, self._own.port):
            return True
        is_meta = host in META_HOSTS or host.endswith(META_DOMAINS)
        return url.scheme == "https" and url.port == 443 and is_meta

    def _session(self, size: int) -> aiohttp.ClientSession:
        seconds = self._timeout_seconds + size / SLOWEST_BYTES_PER_SECOND
        resolver = self._resolver or aiohttp.ThreadedResolver()
        if not is_loopback(self._own.host or ""):
            resolver = PublicOnly(resolver)
        return aiohttp.ClientSession(
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=min(10.0, seconds / 2)),
            connector=aiohttp.TCPConnector(resolver=resolver, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a compressed body might unpack to anything
        )


class PublicOnly(AbstractResolver):
    """Looks names up, and takes none that stands for an address inside somebody's network."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise OSError(errno.EACCES, f"{host} stands for an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


def is_public(address: str) -> bool:
    """False for loopback, link-local, private and reserved ones, also inside IPv6 forms of IPv4 addresses."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and (
        parsed.ipv4_mapped or parsed.sixtofour or parsed.teredo
    ):
        return False  # Meta has real addresses of both kinds
    return parsed.is_global and not parsed.is_multicast


def is_loopback(host: str) -> bool:
    """This machine: the emulator."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
