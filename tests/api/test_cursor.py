"""A cursor is opaque: what is not ours is refused, whatever it holds (bad-input 18)."""

import base64
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.api.conftest import Browser, Edge, browsing, running_edge
from tests.servers import PostgresServer


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def either(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    """A server on each engine: what one takes may make the other raise."""
    with_database = {}
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with_database = {"database_url": server.create_database()}
    with running_edge(tmp_path_factory.mktemp("edge"), **with_database) as running:
        running.add_agent("ana@shop.example")
        yield running


@pytest.fixture
async def ana(either: Edge) -> AsyncIterator[Browser]:
    """Signed in."""
    async with browsing(either) as browser:
        assert (await browser.sign_in()).status == 200
        yield browser


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "forged",
    [
        "x",
        "====",
        "é",
        cursor(),
        cursor("1", "a"),
        cursor(1.5, "a"),
        cursor(-1, "a"),
        cursor(2**63, "a"),
        cursor(2**64 - 1, "a"),
        cursor(10**30, "a"),
        cursor(1, 2),
        cursor(1, "a\x00"),
        cursor(1, "\ud800"),
        cursor(1, "a", "b"),
        "A" * 10_000,
    ],
)
async def test_a_forged_cursor_is_refused(ana: Browser, forged: str) -> None:
    answer = await ana.ask("GET", f"/api/conversations?cursor={forged}")
    assert (answer.status, answer.code) == (422, "invalid_body")


async def test_an_honest_cursor_is_not(ana: Browser) -> None:
    answer = await ana.ask("GET", f"/api/conversations?cursor={cursor(1, 'conversation-1')}")
    assert answer.status == 200


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"{name}={value}"
            for name in ("cursor", "limit", "filter")
            for value in ("%00", "a%00b")
        ),
        *(
            "limit=0",
            "limit=-1",
            "limit=1000000000",
            "limit=1.5",
            "limit=",
            "limit=%F0%9F",
            "limit=١٢%00",
        ),
        "filter=other",
    ],
)
async def test_no_parameter_of_the_list_is_taken_for_what_it_is_not(
    ana: Browser, query: str
) -> None:
    answer = await ana.ask("GET", f"/api/conversations?{query}")
    assert (answer.status, answer.code) == (422, "invalid_body")


@pytest.mark.parametrize("value", ["%00", "1%00", "0", "-1", "x", "1e3", str(2**64)])
@pytest.mark.parametrize("name", ["before_pos", "limit"])
async def test_no_parameter_of_a_history_is_taken_for_what_it_is_not(
    ana: Browser, name: str, value: str
) -> None:
    answer = await ana.ask("GET", f"/api/conversations/conversation-1/messages?{name}={value}")
    assert (answer.status, answer.code) == (422, "invalid_body")
