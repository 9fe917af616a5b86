"""The search stands on the product's own functions: break one of those, and a promise falls (R4, R7, ADR 5)."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from forthwith.domain.status import Attempt, Shown, shown, shown_of_attempt
from forthwith.whatsapp.errors import MEANINGS, Meaning
from tests.model import evidence
from tests.model.search import search
from tests.model.setting import Setting
from tests.model.whatsapp import SOMETHING_WENT_WRONG

WORLD = Setting(
    "doubt and refusal, two attempts",
    attempts=2,
    settles=True,
    statuses=("sent", "delivered", "failed"),
    faults={"doubt": 1, "refusal": 1},
)


def accusation_beats_evidence(attempts: Sequence[Attempt]) -> Shown:
    """A failure hides that the message arrived."""
    return "failed" if any(each.failures for each in attempts) else shown(attempts)


def the_newest_attempt_alone(attempts: Sequence[Attempt]) -> Shown:
    """What is learned of the first attempt counts no more."""
    return shown_of_attempt(attempts[-1])


def a_failed_repetition_ends_the_doubt(attempts: Sequence[Attempt]) -> Shown:
    """The message is called returned, though its first attempt may have arrived."""
    newest = shown_of_attempt(attempts[-1])
    return "failed" if newest == "failed" and shown(attempts) == "unconfirmed" else shown(attempts)


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """What `status_of` remembers of the product's function is of this test only."""
    evidence.status_of.cache_clear()
    yield
    evidence.status_of.cache_clear()


@pytest.mark.usefixtures("nothing_remembered")
@pytest.mark.parametrize(
    ("weaker", "word"),
    [
        (accusation_beats_evidence, "backwards"),
        (the_newest_attempt_alone, "lies"),
        (a_failed_repetition_ends_the_doubt, "lies"),
    ],
)
def test_a_weaker_rule_of_what_is_shown_breaks_a_promise(
    weaker: Callable[[Sequence[Attempt]], Shown], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "shown", weaker)
    assert search(WORLD).violation == word


def test_a_doubtful_code_called_a_refusal_breaks_a_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEANINGS, SOMETHING_WENT_WRONG, Meaning("refused", "undeliverable"))
    assert search(WORLD).violation == "lies"


def test_as_they_are_they_keep_all_promises() -> None:
    assert search(WORLD).violation is None
