"""What browsers may report of their messages' life: bounded, checked, and nothing else."""

from typing import Any

import pytest

from tests.api.conftest import Browser

CLIENT_ID = "optimistic-1600000000000-nobody-has-written"


def of(*hops: dict[str, Any]) -> dict[str, Any]:
    return {"traces": [{"client_id": CLIENT_ID, "hops": list(hops)}]}


@pytest.mark.parametrize(
    "body",
    [
        {"traces": [of()["traces"][0]] * 51},
        of(*[{"name": "posted", "at": 1}] * 41),
        of({"name": "enter", "at": -1}),
        of({"name": "enter", "at": 253_402_300_800_000}),
        of({"name": "enter", "at": 1.5}),
        of({"name": "delivered", "at": 1}),
        of({"name": "enter\n\x1b[31m", "at": 1}),
        {"traces": {}},
        {},
    ],
    ids=lambda body: str(body)[:60],
)
async def test_a_report_that_no_page_of_ours_sends_is_refused(
    ana: Browser, body: dict[str, Any]
) -> None:
    answer = await ana.ask("POST", "/api/traces", body)
    assert (answer.status, answer.code) == (422, "invalid_body")


async def test_a_report_of_messages_that_are_not_here_changes_nothing(ana: Browser) -> None:
    answer = await ana.ask("POST", "/api/traces", of({"name": "enter", "at": 1}))
    assert (answer.status, answer.body) == (204, b"")
    assert (await ana.ask("GET", f"/api/messages/{CLIENT_ID}/trace")).code == "not_found"
