"""Looking less often for garbage is still looking."""

import subprocess
import sys

CIRCLES = """
import gc, weakref
from forthwith.memory import keep_one_heap, look_less_often_for_garbage

class Circle:
    def __init__(self):
        self.itself = self

keep_one_heap()
look_less_often_for_garbage()
first = weakref.ref(Circle())
made = 0
while first() is not None and made < 50_000:
    Circle()
    made += 1
print(made, gc.get_freeze_count() > 1_000)
"""


def test_circles_are_found_though_not_at_once() -> None:
    """In a process of its own: it is a setting of all of it."""
    said = subprocess.run(
        [sys.executable, "-c", CIRCLES], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    made, what_was_there_stays = said.split()
    assert 2_000 < int(made) < 50_000
    assert what_was_there_stays == "True"
