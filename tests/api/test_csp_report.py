"""Reports of broken content security policy become one line each, without what they may hold."""

import logging
from collections.abc import Iterator

import pytest

from forthwith.api import csp_report
from tests.api.conftest import Browser, Edge, browsing

REPORT = b'{"csp-report":{"violated-directive":"script-src","blocked-uri":"https://evil.example/x.js?token=secret"}}'
KIND = "application/csp-report"


@pytest.fixture(autouse=True)
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    csp_report._lines._left.clear()
    with caplog.at_level(logging.INFO, "forthwith.api.csp_report"):
        yield caplog


async def report(browser: Browser, body: bytes) -> int:
    headers = {"Content-Type": KIND}
    return (await browser.ask("POST", "/api/csp-report", raw=body, headers=headers)).status


async def test_a_report_is_a_line_without_the_query(
    stranger: Browser, lines: pytest.LogCaptureFixture
) -> None:
    assert await report(stranger, REPORT) == 204
    assert [record.getMessage() for record in lines.records] == [
        "A page broke the content security policy: script-src blocked https://evil.example/x.js"
    ]


@pytest.mark.parametrize(
    "body", [b"7", b"[]", b"[1]", b'{"csp-report":7}', b'{"csp-report":{"blocked-uri":[1]}}']
)
async def test_nonsense_is_taken_without_harm(stranger: Browser, body: bytes) -> None:
    assert await report(stranger, body) == 204


async def test_a_flood_of_reports_does_not_fill_the_log(
    own_edge: Edge, lines: pytest.LogCaptureFixture
) -> None:
    async with browsing(own_edge) as browser:
        for _ in range(100):
            assert await report(browser, REPORT) == 204
        assert await report(browser, b"x" * 70_000) == 413
    assert 20 <= len(lines.records) <= 22


async def test_only_our_own_pages_report(stranger: Browser) -> None:
    answer = await stranger.ask(
        "POST", "/api/csp-report", raw=REPORT, origin="https://evil.example"
    )
    assert answer.code == "foreign_origin"
