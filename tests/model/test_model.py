"""The protocol keeps its promises in every state of every world, and no rule of it can be left out (G1-G8)."""

import time
from dataclasses import fields, replace

import pytest

from tests.model.evidence import JOINED, attempt_of, code_of, status_of
from tests.model.mutants import MUTANTS, Mutant
from tests.model.promises import WORDS
from tests.model.protocol import AFTER_FAULTS, ALWAYS, OF_PEOPLE, OF_TABS
from tests.model.report import lines_of, summary_of
from tests.model.search import search
from tests.model.setting import FAULTS, Rules, Setting
from tests.model.worlds import WORLDS

ESSENTIAL = {"R1", "R4", "R5", "R6", "R8", "R9", "R10", "R12", "R13", "R16"}
"""The rules that the protocol marks with ‡: without any one of them it breaks within a few steps."""

ONLY_WHEN_A_RULE_IS_BROKEN = {"row_is_written_late", "server_crashes_under_a_webhook"}


def test_every_state_of_every_world_keeps_all_promises_and_can_finish(
    capsys: pytest.CaptureFixture[str],
) -> None:
    began = time.monotonic()
    found = [search(world) for world in WORLDS]
    seconds = time.monotonic() - began
    with capsys.disabled():
        print("", *(line for each in found for line in lines_of(each)), sep="\n")
        print(summary_of(found, seconds))
    assert [(each.violation, each.trace) for each in found if each.violation] == []
    assert sum(each.states for each in found) >= 250_000
    assert _unseen([each.seen for each in found]) == set()


def _unseen(seen: list[frozenset[str]]) -> set[str]:
    """Transitions that never led anywhere: the search would say nothing about them."""
    every = (*ALWAYS, *(transition for _, transition in AFTER_FAULTS), *OF_PEOPLE, *OF_TABS)
    names = {transition.__name__ for transition in every}
    return names - frozenset().union(*seen) - ONLY_WHEN_A_RULE_IS_BROKEN


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_world_without_one_rule_breaks_a_promise(
    mutant: Mutant, capsys: pytest.CaptureFixture[str]
) -> None:
    found = search(mutant.setting)
    with capsys.disabled():
        print("", mutant.name, *lines_of(found), sep="\n")
    assert found.violation == mutant.word


def _worlds_of_mutants() -> list[Setting]:
    """Each world in which a mutant is searched, once, with all rules in force; without those searched above."""
    worlds: list[Setting] = []
    for mutant in MUTANTS:
        world = replace(mutant.setting, rules=Rules(), watches=None)
        if all(world != replace(other, name=world.name) for other in (*WORLDS, *worlds)):
            worlds.append(world)
    return worlds


@pytest.mark.parametrize("world", _worlds_of_mutants(), ids=lambda world: world.name)
def test_the_same_world_with_that_rule_keeps_all_promises(world: Setting) -> None:
    found = search(world)
    assert (found.violation, found.trace) == (None, ())


def test_each_rule_of_the_model_has_a_mutant_and_each_essential_rule_too() -> None:
    assert {mutant.switch for mutant in MUTANTS} == {field.name for field in fields(Rules)}
    assert {mutant.rule for mutant in MUTANTS} >= ESSENTIAL


def test_each_promise_is_broken_by_some_mutant() -> None:
    assert {mutant.word for mutant in MUTANTS} == WORDS


def test_each_fault_happens_in_some_world() -> None:
    assert {fault for world in WORLDS for fault in world.faults} == set(FAULTS)


def test_codes_stand_for_the_products_attempts() -> None:
    assert [code_of(attempt_of(code)) for code in range(16)] == list(range(16))


def test_what_is_shown_of_one_attempt_only_rises_in_the_order_that_counts_revisions() -> None:
    for known in range(16):
        for evidence in range(16):
            assert status_of((JOINED[known][evidence],)) >= status_of((known,))
