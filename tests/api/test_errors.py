"""Every error leaves as problem+json by one table; what nobody foresaw leaves as 500 and nothing more."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.errors import TITLES
from forthwith.protocol.codes import REQUEST_CODES
from forthwith.store.database import StorageUnavailable
from tests.api.conftest import Browser, Edge, browsing, running_edge


async def _burst(request: Request) -> Response:
    raise RuntimeError("the password is hunter2")


async def _burst_late(request: Request) -> Response:
    class Halfway(Response):
        async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]  # ASGI's three
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-length", b"9")],
                }
            )
            raise RuntimeError("the password is hunter2")

    return Halfway()


async def _no_store(request: Request) -> Response:
    raise StorageUnavailable("disk I/O error in /var/lib/secret")


@pytest.fixture(scope="module")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A server with routes that fail."""
    with running_edge(tmp_path_factory.mktemp("breaking")) as edge:
        for path, endpoint in {"burst": _burst, "late": _burst_late, "store": _no_store}.items():
            edge.app.router.routes.insert(0, APIRoute(f"/api/{path}/{{id}}", endpoint))
        yield edge


def test_every_code_has_a_title() -> None:
    assert TITLES.keys() == REQUEST_CODES.keys()
    assert all(title.endswith(".") and "!" not in title for title in TITLES.values())


async def test_an_unexpected_error_is_500_with_an_id_and_is_logged_once_under_it(
    breaking: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    async with browsing(breaking) as browser:
        with caplog.at_level(logging.INFO):
            answer = await browser.ask("GET", "/api/burst/447700900123")
    assert (answer.status, answer.code) == (500, "internal_error")
    error_id = answer.json["params"]["id"]
    assert b"hunter2" not in answer.body
    assert b"RuntimeError" not in answer.body
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in errors] == [
        f"Unexpected error {error_id} in GET /api/burst/{{id}}"
    ]
    assert errors[0].exc_info is not None


async def test_an_error_in_the_middle_of_an_answer_ends_the_connection(
    breaking: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    async with browsing(breaking) as browser:
        with pytest.raises(Exception, match=r"payload|disconnected|Connection"):
            await browser.ask("GET", "/api/late/1")
        assert (await browser.ask("GET", "/healthz")).status == 200
    raised = [record for record in caplog.records if record.exc_info]
    assert len(raised) == 1, "logged once"


async def test_a_store_that_cannot_be_used_is_503(breaking: Edge) -> None:
    async with browsing(breaking) as browser:
        answer = await browser.ask("GET", "/api/store/1")
    assert (answer.status, answer.code) == (503, "storage_unavailable")
    assert b"secret" not in answer.body


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]
)
async def test_unknown_paths_of_the_api_are_404_for_every_method(ana: Browser, method: str) -> None:
    for path in (
        "/api",
        "/api/",
        "/api/none",
        "/api/session/",
        "/api/conversations/x/y/z",
        "/api//session",
    ):
        answer = await ana.ask(method, path)
        assert answer.status == 404, path
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/session", {"GET", "POST", "DELETE"}),
        ("DELETE", "/api/conversations", {"GET"}),
        ("GET", "/api/messages/x/retry", {"POST"}),
        ("PATCH", "/webhooks/whatsapp", {"GET", "HEAD", "POST"}),
        ("POST", "/healthz", {"GET"}),
    ],
)
async def test_a_known_path_with_another_method_is_405(
    ana: Browser, method: str, path: str, allowed: set[str]
) -> None:
    answer = await ana.ask(method, path)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) <= allowed


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=1000000000",
        "limit=x",
        "limit=",
        "cursor=forged",
        "cursor=eyJ4Ijo",
        "filter=%27",
        "limit=1e3",
    ],
)
async def test_18_a_forged_page_is_422_and_does_not_come_back(ana: Browser, query: str) -> None:
    answer = await ana.ask("GET", f"/api/conversations?{query}")
    assert (answer.status, answer.code) == (422, "invalid_body")
    assert "forged" not in answer.body.decode()
    assert "1000000000" not in answer.body.decode()


async def test_problems_say_what_failed_without_repeating_it(ana: Browser) -> None:
    answer = await ana.ask("GET", "/api/conversations?limit=447700900123")
    assert answer.json["detail"].startswith("query.limit: ")
    assert answer.json["title"] == TITLES["invalid_body"]


async def test_a_secret_is_in_no_answer(ana: Browser, tmp_path: Path) -> None:
    for path in ("/metrics", "/readyz", "/api/session", "/api/openapi.json", "/"):
        body = (await ana.ask("GET", path)).body
        for secret in ("token-of-tests", "secret-of-tests", "verify-token-of-tests"):
            assert secret.encode() not in body
