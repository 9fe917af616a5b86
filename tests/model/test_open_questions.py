"""Promises that the product does not keep yet. When it does, the test here fails: move it to `test_model.py`."""

import pytest

from tests.model.search import search
from tests.model.setting import Setting


@pytest.mark.xfail(
    strict=True,
    reason="`shown` lets a refused repetition hide that the first attempt may have arrived (ADR 5)",
)
def test_a_refused_repetition_does_not_hide_the_doubt_about_the_first_attempt() -> None:
    world = Setting(
        "a refused repetition",
        attempts=2,
        settles=True,
        statuses=("sent",),
        faults={"doubt": 1, "refusal": 1},
        older_doubt_counts=True,
    )
    found = search(world)
    assert found.violation is None, "\n".join(found.trace)
