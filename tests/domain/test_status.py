"""The truth table of R4, shared with `web/src/domain/status.test.ts`, and the laws of the join."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forthwith.domain.status import RANK, Attempt, Failure, join, shown, shown_failure

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "status.json").read_text()
)


def attempt_of(written: dict[str, Any]) -> Attempt:
    """An attempt as the table writes it."""
    failures = frozenset(Failure(at, code) for at, code in written["failures"])
    return Attempt(written["progress"], failures, written["lapsed"])


ATTEMPTS = st.builds(
    Attempt,
    st.sampled_from(list(RANK)),
    st.frozensets(
        st.builds(Failure, st.integers(0, 3), st.sampled_from(["131026", "131047"])), max_size=4
    ),
    st.booleans(),
)


@pytest.mark.parametrize("row", TABLE["shown"], ids=lambda row: row["name"])
def test_each_row_shows_what_the_table_says(row: dict[str, Any]) -> None:
    assert shown([attempt_of(written) for written in row["attempts"]]) == row["shown"]


@pytest.mark.parametrize("row", TABLE["joins"], ids=lambda row: row["name"])
def test_each_join_is_what_the_table_says_in_either_direction(row: dict[str, Any]) -> None:
    parts = [attempt_of(written) for written in row["parts"]]
    for order in (parts, parts[::-1]):
        joined = order[0]
        for part in order[1:]:
            joined = join(joined, part)
        assert joined == attempt_of(row["joined"])


@given(ATTEMPTS, ATTEMPTS, ATTEMPTS)
def test_the_join_is_commutative_associative_and_idempotent(
    one: Attempt, other: Attempt, third: Attempt
) -> None:
    assert join(one, other) == join(other, one)
    assert join(join(one, other), third) == join(one, join(other, third))
    assert join(one, one) == one


@given(ATTEMPTS, ATTEMPTS)
def test_more_knowledge_never_takes_back_evidence_of_arrival(one: Attempt, other: Attempt) -> None:
    before, after = shown([one]), shown([join(one, other)])
    if before in RANK and RANK[before] >= RANK["delivered"]:
        assert after in RANK
        assert RANK[after] >= RANK[before]


def test_of_several_failures_the_earliest_is_named_by_code_within_one_second() -> None:
    assert shown_failure([]) is None
    assert shown_failure([Failure(9, "b"), Failure(8, "z"), Failure(8, "c")]) == Failure(8, "c")
