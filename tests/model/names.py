"""Who does a step, for the traces; and what a step is."""

from collections.abc import Callable, Iterator

from tests.model.setting import Setting
from tests.model.state import State

MESSAGE = tuple(f"message {m + 1}" for m in range(4))
TAB = tuple(f"tab {t + 1}, " for t in range(4))

Step = tuple[str, State]
Transition = Callable[[State, Setting], Iterator[Step]]
