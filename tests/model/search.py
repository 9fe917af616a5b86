"""Every state that a setting can reach, once; the shortest way to the first broken promise; and whether all can finish."""

from __future__ import annotations

import gc
from array import array
from collections import deque
from dataclasses import dataclass

from tests.model.promises import broken, is_final
from tests.model.protocol import transitions_of
from tests.model.setting import Setting
from tests.model.state import start

Arrival = tuple[int, str, str]
"""How a state was first reached: from which one, by which transition, by whom."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search saw. `violation`: None, or the word of the promise; then `trace` is a shortest way there."""

    setting: Setting
    states: int
    transitions: int
    violation: str | None = None
    trace: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()  # transitions that have led to something new


def search(setting: Setting) -> Found:
    """Breadth first from the start; stops at the first broken promise, else judges whether every state can finish."""
    was_collecting = gc.isenabled()
    gc.disable()  # millions of tuples and no cycle: the collector would take most of the time
    try:
        return _search(setting)
    finally:
        if was_collecting:
            gc.enable()


def _search(setting: Setting) -> Found:
    transitions = [(each, each.__name__) for each in transitions_of(setting)]
    states = [start(setting)]
    places = {states[0]: 0}
    arrivals: list[Arrival] = [(0, "", "")]
    sources, targets = array("l"), array("l")
    seen: set[str] = set()
    count = 0
    for at, before in enumerate(states):  # grows while it is walked
        for transition, name in transitions:
            for who, after in transition(before, setting):
                count += 1
                if after is before:
                    continue
                place = places.setdefault(after, len(states))
                if place == at:
                    continue
                if place == len(states):
                    states.append(after)
                    arrivals.append((at, name, who))
                seen.add(name)
                word = broken(before, after, setting)
                if word:
                    trace = _trace(arrivals, (at, name, who))
                    return Found(setting, len(states), count, word, trace)
                if after.left is before.left:  # no fault was needed
                    sources.append(at)
                    targets.append(place)
    stuck = _first_stuck([is_final(s, setting) for s in states], sources, targets)
    if stuck is not None:
        trace = _trace(arrivals, arrivals[stuck])
        return Found(setting, len(states), count, "stuck", trace)
    return Found(setting, len(states), count, seen=frozenset(seen))


def _trace(arrivals: list[Arrival], last: Arrival) -> tuple[str, ...]:
    """The steps from the start to `last`, and it."""
    steps = []
    place, name, who = last
    while name:
        steps.append(f"{name.replace('_', ' ')} ({who})" if who else name.replace("_", " "))
        place, name, who = arrivals[place]
    return tuple(reversed(steps))


def _first_stuck(finals: list[bool], sources: array[int], targets: array[int]) -> int | None:
    """The first state from which no final one is reached without a further fault; by walking backwards from those."""
    into: list[list[int]] = [[] for _ in finals]
    for source, target in zip(sources, targets, strict=True):
        into[target].append(source)
    can = bytearray(finals)
    ahead = deque(place for place, final in enumerate(finals) if final)
    while ahead:
        for source in into[ahead.popleft()]:
            if not can[source]:
                can[source] = 1
                ahead.append(source)
    place = can.find(0)
    return None if place < 0 else place
