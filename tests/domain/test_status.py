"""The truth table of R4, shared with `web/src/domain/status.test.ts`, and the laws of the join."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forthwith.domain.status import RANK, Attempt, Failure, join, shown, shown_failure

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "status.json").read_text()
)

ORDER: Mapping[Any, int] = RANK
"""Of progress; what is no progress has no place in it."""


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


def is_fall(before: str, after: str) -> bool:
    """Progress was shown, and less or none of it is shown now."""
    had = ORDER.get(before, 0)
    return had > 0 and ORDER.get(after, -1) < had


@pytest.mark.parametrize("row", TABLE["falls"], ids=lambda row: row["name"])
def test_each_fall_of_the_table_happens(row: dict[str, Any]) -> None:
    attempts = [[attempt_of(written) for written in step] for step in row["steps"]]
    assert [shown(each) for each in attempts] == [row["before"], row["after"]]
    assert is_fall(row["before"], row["after"])
    assert row["sent_again"] == (len(attempts[0]) > 1)


@given(st.lists(ATTEMPTS, min_size=1, max_size=3), st.integers(0, 2), ATTEMPTS)
def test_there_is_no_other_fall_and_none_without_a_new_failure(
    attempts: list[Attempt], place: int, evidence: Attempt
) -> None:
    """G4: every word about any attempt, from any state."""
    n = place % len(attempts)
    joined = [*attempts[:n], join(attempts[n], evidence), *attempts[n + 1 :]]
    before, after = shown(attempts), shown(joined)
    if is_fall(before, after):
        assert evidence.failures - attempts[n].failures
        allowed = {(row["before"], row["after"]): row["sent_again"] for row in TABLE["falls"]}
        assert (before, after) in allowed
        assert len(attempts) > 1 or not allowed[before, after]


@given(st.lists(ATTEMPTS, min_size=1, max_size=3))
def test_a_repetition_taken_off_because_it_is_needless_takes_nothing_back(
    attempts: list[Attempt],
) -> None:
    """As `store/attempts.py` does with one that waits (R9)."""
    before, after = shown([*attempts, Attempt()]), shown(attempts)
    if ORDER.get(after, 0) > 0:
        assert not is_fall(before, after)


def test_of_several_failures_the_earliest_is_named_by_code_within_one_second() -> None:
    assert shown_failure([]) is None
    assert shown_failure([Failure(9, "b"), Failure(8, "z"), Failure(8, "c")]) == Failure(8, "c")
