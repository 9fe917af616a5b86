"""Reports of broken content security policy become one line each, without what they may hold."""

import logging
from collections.abc import Iterator

import pytest

from forthwith.api import csp_report
from tests.api.conftest import Browser, Edge, browsing

OLD = b'{"csp-report":{"violated-directive":"script-src","blocked-uri":"https://evil.example/x.js?token=secret"}}'
NEW = b'[{"type":"csp-violation","body":{"effectiveDirective":"img-src","blockedURL":"inline"}}]'


@pytest.fixture(autouse=True)
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    csp_report._lines._left.clear()
    with caplog.at_level(logging.INFO, "forthwith.api.csp_report"):
        yield caplog


async def report(browser: Browser, body: bytes, kind: str) -> int:
    return (
        await browser.ask("POST", "/api/csp-report", raw=body, headers={"Content-Type": kind})
    ).status


async def test_both_formats_are_understood(
    stranger: Browser, lines: pytest.LogCaptureFixture
) -> None:
    assert await report(stranger, OLD, "application/csp-report") == 204
    assert await report(stranger, NEW, "application/reports+json") == 204
    assert [record.getMessage() for record in lines.records] == [
        "A page broke the content security policy: script-src blocked https://evil.example/x.js",
        "A page broke the content security policy: img-src blocked inline",
    ]


@pytest.mark.parametrize(
    "body", [b"7", b"[]", b"[1]", b'{"body":7}', b'{"body":{"blockedURL":[1]}}']
)
async def test_nonsense_is_taken_without_harm(stranger: Browser, body: bytes) -> None:
    assert await report(stranger, body, "application/reports+json") == 204


async def test_a_flood_of_reports_does_not_fill_the_log(
    own_edge: Edge, lines: pytest.LogCaptureFixture
) -> None:
    async with browsing(own_edge) as browser:
        many = b"[" + b",".join([NEW[1:-1]] * 200) + b"]"
        assert await report(browser, many, "application/reports+json") == 204
        assert await report(browser, b"x" * 70_000, "application/reports+json") == 413
    assert len(lines.records) == 20


async def test_only_our_own_pages_report(stranger: Browser) -> None:
    answer = await stranger.ask("POST", "/api/csp-report", raw=NEW, origin="https://evil.example")
    assert answer.code == "foreign_origin"
