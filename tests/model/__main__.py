"""`python -m tests.model`: all worlds, the large ones too; some six minutes, and a few gigabytes of memory."""

import sys
import time

from tests.model.report import lines_of, summary_of
from tests.model.search import search
from tests.model.worlds import LARGE_WORLDS, WORLDS
from tests.proofs import record


def main() -> int:
    """Prints each world as it is done; 1 when a promise was broken."""
    began = time.monotonic()
    found = []
    for world in (*WORLDS, *LARGE_WORLDS):
        found.append(search(world))
        print("\n".join(lines_of(found[-1])), flush=True)
    seconds = time.monotonic() - began
    print(summary_of(found, seconds))
    record(
        "model",
        0,
        runs=sum(each.states for each in found),
        faults=sum(each.transitions for each in found),
        seconds=seconds,
    )
    return int(any(each.violation for each in found))


if __name__ == "__main__":
    sys.exit(main())
