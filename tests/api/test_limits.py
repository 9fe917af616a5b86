"""50 requests a second for each agent, bursts of 500; and how allowances behave in themselves."""

import asyncio

import pytest

from forthwith.api.limits import network_of
from forthwith.domain.allowance import KEYS_KEPT, Allowance
from forthwith.domain.times import DAY, SECOND
from tests.api.conftest import Edge, browsing


async def test_the_501st_request_of_a_burst_is_429_for_that_agent_alone(own_edge: Edge) -> None:
    own_edge.add_agent("ben@shop.example")
    own_edge.clock.stopped_at = own_edge.clock()
    async with browsing(own_edge) as ana, browsing(own_edge) as ben:
        await ana.sign_in()
        await ben.sign_in("ben@shop.example")
        statuses = []
        for _ in range(10):
            answers = await asyncio.gather(*(ana.ask("GET", "/api/session") for _ in range(50)))
            statuses += [answer.status for answer in answers]
        assert statuses == [200] * 500
        refused = await ana.ask("GET", "/api/conversations")
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert refused.headers["Retry-After"] == "1"
        assert (await ben.ask("GET", "/api/session")).status == 200
        own_edge.clock.advance(SECOND)
        answers = await asyncio.gather(*(ana.ask("GET", "/api/session") for _ in range(51)))
        assert sorted(answer.status for answer in answers) == [200] * 50 + [429]


def test_an_allowance_refills_evenly() -> None:
    allowance = Allowance(burst=3, refill_ms=100)
    assert [allowance.take("a", 0) for _ in range(4)] == [0, 0, 0, 100]
    assert allowance.take("a", 50) == 50
    assert allowance.take("a", 100) == 0
    assert allowance.take("a", 100) == 100
    assert [allowance.take("a", 10_000) for _ in range(4)] == [0, 0, 0, 100], (
        "never above the burst"
    )
    assert allowance.take("b", 10_000) == 0


def test_what_is_given_back_can_be_taken_again() -> None:
    allowance = Allowance(burst=1, refill_ms=1_000)
    for _ in range(5):
        assert allowance.take("a", 0) == 0
        allowance.give_back("a", 0)
    allowance.give_back("a", 0)
    assert [allowance.take("a", 0) for _ in range(2)] == [0, 1_000], "but not more than there was"


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    allowance = Allowance(burst=1, refill_ms=1_000)
    assert allowance.take("a", DAY) == 0
    assert allowance.take("a", 0) == 1_000
    assert allowance.take("a", DAY + 1_000) == 0


def test_a_flood_of_keys_costs_bounded_memory_and_forgets_full_ones_first() -> None:
    allowance = Allowance(burst=2, refill_ms=1_000)
    for number in range(KEYS_KEPT):
        allowance.take(f"early {number}", 0)
    allowance.take("spent", 1_500)
    allowance.take("spent", 1_500)
    for number in range(3 * KEYS_KEPT):
        allowance.take(f"late {number}", 1_500)
        assert len(allowance._left) <= KEYS_KEPT
    assert allowance.take("late 29999", 1_500) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("", ""),
    ],
)
def test_failures_of_one_ipv6_customer_count_together(address: str, network: str) -> None:
    assert network_of(address) == network
