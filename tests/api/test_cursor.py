"""A cursor is opaque: what is not ours is refused, whatever it holds (bad-input 18)."""

import base64
import json

import pytest

from tests.api.conftest import Browser


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
