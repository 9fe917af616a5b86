"""What happens in one run, step by step: plain data, a pure function of its seed; it is printed, kept and cut down as it is.

A fault that lasts is two steps, its beginning and its end. Either may be left out: the end of the run clears everything.
"""

import random
from dataclasses import dataclass

from tests.differential.whatsapp import RULES

SHORTEST, LONGEST = 8, 14
TABS = ("one", "two", "ben")
"""Two of Ana's, in one browser, and one of Ben's."""
CONVERSATIONS = 2
HIT = 0.5
"""How often something is entered right into a fault."""


@dataclass(frozen=True)
class Step:
    """`do`: the name in `steps.STEPS`; `who`: the tab; `what`: as that step reads it; `pause`: seconds after it."""

    do: str
    who: str = ""
    what: int | str = ""
    pause: float = 0.0


@dataclass(frozen=True)
class Kind:
    """How often a step is drawn, whom it is for and what it may say. `ends`: the step that takes it back some steps later."""

    weight: int
    do: str
    who: tuple[str, ...] = ("",)
    what: tuple[int | str, ...] = ("",)
    ends: str = ""
    is_fault: bool = True


KINDS = (
    # People.
    Kind(20, "enter", TABS, (1, 1, 2, 3), is_fault=False),
    Kind(7, "turn", TABS, tuple(range(CONVERSATIONS)), is_fault=False),
    Kind(6, "draft", TABS, is_fault=False),
    Kind(6, "press", TABS, tuple(range(5)), is_fault=False),
    Kind(7, "look", is_fault=False),
    Kind(4, "write", what=tuple(range(CONVERSATIONS)), is_fault=False),
    # The line between browsers and server.
    Kind(4, "cut", ends="mend"),
    Kind(4, "hold", what=("down", "up"), ends="release"),
    Kind(2, "reset"),
    Kind(2, "swallow", ends="spit"),
    Kind(2, "jitter", ends="steady"),
    Kind(5, "lose_answer"),
    Kind(3, "cut_answer", what=(0, 60, 400)),
    Kind(5, "lose_frame"),
    Kind(2, "offline", ("ana", "ben"), ends="online"),
    # WhatsApp, and the line to it.
    Kind(20, "whatsapp", what=tuple(RULES)),
    Kind(2, "refuse_calls", ends="take_calls"),
    Kind(2, "swallow_calls", ends="let_calls"),
    Kind(2, "hold_word", ends="give_word"),
    Kind(3, "hush", ends="speak"),
    # Server and tabs that die.
    Kind(6, "kill", ends="start"),
    Kind(4, "reload", TABS),
    Kind(2, "close", TABS),
    Kind(2, "crash", TABS),
)
ENTER, PRESS = (next(kind for kind in KINDS if kind.do == do) for do in ("enter", "press"))
FAULTS = frozenset(kind.do for kind in KINDS if kind.is_fault)


def schedule(seed: int) -> tuple[Step, ...]:
    """The steps of this seed."""
    chance = random.Random(seed)
    steps: list[Step] = []
    ends: dict[str, tuple[int, Step]] = {}
    for place in range(chance.randint(SHORTEST, LONGEST)):
        for do, (due, end) in list(ends.items()):
            if due <= place:
                steps.append(end)
                del ends[do]
        (kind,) = chance.choices(KINDS, [each.weight for each in KINDS])
        step = _step(kind, chance)
        steps.append(step)
        if kind.is_fault and chance.random() < HIT:
            steps.append(_step(ENTER, chance))
        elif step.do == "look":
            steps += [_step(PRESS, chance) for _ in range(chance.randint(1, 2))]
        if kind.ends:
            end = Step(kind.ends, step.who, pause=_pause(chance))
            ends.setdefault(kind.ends + step.who, (place + chance.randint(1, 4), end))
    return tuple(steps)


def _step(kind: Kind, chance: random.Random) -> Step:
    return Step(kind.do, chance.choice(kind.who), chance.choice(kind.what), _pause(chance))


def _pause(chance: random.Random) -> float:
    """Mostly a moment; one in twelve is long enough for a waiting time to pass."""
    return round(chance.uniform(0.5, 2.5) if chance.random() < 0.08 else chance.uniform(0, 0.2), 2)


def spoken(steps: tuple[Step, ...]) -> str:
    """As it stands in `regressions.py`."""
    return "\n".join(f"    {step!r}," for step in steps)
