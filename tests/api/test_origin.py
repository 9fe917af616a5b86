"""Foreign pages may ask nothing that changes anything, and open no socket (ASVS 3.5, 4.4; bad-input row 44)."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.types import Message, Receive, Scope, Send

from forthwith.api.origin import OwnPagesOnly, origins_of
from tests.api.conftest import Browser, Edge, browsing, running_edge

FOREIGN = [
    pytest.param("https://evil.example", id="foreign"),
    pytest.param("null", id="null"),
    pytest.param(None, id="absent"),
    pytest.param("", id="empty"),
    pytest.param("{origin}.evil.example", id="look-alike suffix"),
    pytest.param("{origin}0", id="look-alike port"),
    pytest.param("http://127.0.0.1", id="other port"),
    pytest.param("https{rest}", id="other scheme"),
    pytest.param("{origin}/", id="with a path"),
    pytest.param("{origin} {origin}", id="twice"),
]


def filled(origin: str | None, edge: Edge) -> dict[str, str]:
    if origin is None:
        return {}
    return {"Origin": origin.format(origin=edge.origin, rest=edge.origin.removeprefix("http"))}


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
async def test_an_unsafe_method_from_elsewhere_is_403(
    ana: Browser, origin: str | None, method: str
) -> None:
    for path in ("/api/session", "/api/messages/x/dismiss", "/api/none"):
        answer = await ana.ask(method, path, headers=filled(origin, ana.edge), origin=None)
        assert (answer.status, answer.code) == (403, "foreign_origin")


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_socket_from_elsewhere_is_403_before_it_opens(
    ana: Browser, origin: str | None
) -> None:
    url = ana.edge.url.replace("http", "ws", 1) + "/api/ws"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await ana.http.ws_connect(url, headers=filled(origin, ana.edge))
    assert refused.value.status == 403


async def test_a_socket_without_a_session_is_401_before_it_opens(stranger: Browser) -> None:
    url = stranger.edge.url.replace("http", "ws", 1) + "/api/ws"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await stranger.http.ws_connect(url, headers={"Origin": stranger.edge.origin})
    assert refused.value.status == 401


async def test_a_socket_elsewhere_is_404(ana: Browser) -> None:
    url = ana.edge.url.replace("http", "ws", 1) + "/api/none"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await ana.http.ws_connect(url, headers={"Origin": ana.edge.origin})
    assert refused.value.status == 404


async def test_reading_needs_no_origin(ana: Browser) -> None:
    assert (await ana.ask("GET", "/api/session", origin=None)).status == 200
    assert (await ana.ask("GET", "/api/session", origin="https://evil.example")).status == 200


async def test_nothing_is_told_to_pages_of_other_origins(ana: Browser) -> None:
    answer = await ana.ask("GET", "/api/session", origin="https://evil.example")
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    preflight = {"Access-Control-Request-Method": "POST"}
    answer = await ana.ask(
        "OPTIONS", "/api/session", headers=preflight, origin="https://evil.example"
    )
    assert answer.status == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


async def test_webhooks_have_no_origin(stranger: Browser) -> None:
    answer = await stranger.ask("POST", "/webhooks/whatsapp", raw=b"{}", origin=None)
    assert answer.code == "bad_signature"


async def test_both_names_of_loopback_count(ana: Browser) -> None:
    port = ana.edge.settings.port
    for host in ("127.0.0.1", "localhost"):
        answer = await ana.ask("POST", "/api/messages/x/dismiss", origin=f"http://{host}:{port}")
        assert answer.code == "not_found"


async def test_a_public_address_stands_alone(tmp_path: Path) -> None:
    with running_edge(tmp_path, public_url="https://inbox.example") as edge:
        async with browsing(edge) as browser:
            for origin, code in (
                ("https://inbox.example", "signed_out"),
                ("http://inbox.example", "foreign_origin"),
                (f"http://127.0.0.1:{edge.settings.port}", "foreign_origin"),
            ):
                assert (
                    await browser.ask("POST", "/api/messages/x/dismiss", origin=origin)
                ).code == code


@pytest.mark.parametrize(
    ("public_url", "origins"),
    [
        ("https://inbox.example", {"https://inbox.example"}),
        ("https://inbox.example:443/", {"https://inbox.example"}),
        ("http://inbox.example:80", {"http://inbox.example"}),
        ("https://Inbox.Example:8443", {"https://inbox.example:8443"}),
        ("http://127.0.0.1:8000", {"http://127.0.0.1:8000", "http://localhost:8000"}),
        ("http://localhost:80", {"http://127.0.0.1", "http://localhost"}),
        (
            "http://[::1]:8000",
            {"http://[::1]:8000", "http://127.0.0.1:8000", "http://localhost:8000"},
        ),
    ],
)
def test_origins_are_written_as_browsers_write_them(public_url: str, origins: set[str]) -> None:
    assert origins_of(public_url) == origins


@pytest.mark.parametrize("version", ["0", "-1", "", "one", "1.0", "１", "9" * 40])
async def test_a_page_too_old_is_426(ana: Browser, version: str) -> None:
    header = {"Forthwith-Protocol": version}
    answer = await ana.ask("POST", "/api/messages/x/dismiss", headers=header)
    assert (answer.status, answer.code) == (426, "protocol_too_old")


@pytest.mark.parametrize("version", ["1", "2"])
async def test_our_version_and_newer_ones_pass(ana: Browser, version: str) -> None:
    header = {"Forthwith-Protocol": version}
    assert (await ana.ask("POST", "/api/messages/x/dismiss", headers=header)).code == "not_found"


@pytest.mark.parametrize(
    "scope",
    [
        {"path": "/api/messages/a\x00b"},
        {"path": "/api/conversations", "query_string": b"cursor=a%00b"},
        {"path": "/api/session", "method": "POST", "headers": [(b"forthwith-protocol", b"\xb2")]},
    ],
)
async def test_what_would_make_an_engine_or_int_raise_goes_no_further(
    scope: dict[str, Any],
) -> None:
    """PostgreSQL raises on U+0000, `int` on a superscript two, which `isdigit` takes for a digit."""

    async def beyond(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("let through")

    async def receive() -> Message:
        raise AssertionError("nothing to read")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    ours = [(b"origin", b"https://inbox.example")]
    whole = {"type": "http", "method": "GET", "query_string": b""} | scope
    whole["headers"] = ours + scope.get("headers", [])
    await OwnPagesOnly(beyond, frozenset({"https://inbox.example"}))(whole, receive, send)
    assert sent[0]["status"] in (404, 422, 426)


@pytest.mark.parametrize("path", ["/api/messages/%00/dismiss", "/api/messages/x%00y/dismiss"])
async def test_no_id_holds_u_0000(ana: Browser, path: str) -> None:
    assert (await ana.ask("POST", path)).code == "not_found"
