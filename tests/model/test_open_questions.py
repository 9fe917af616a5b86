"""What the rules as written left open, and the product now keeps (ADR 5 and 6)."""

from tests.model.search import search
from tests.model.setting import Setting


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
