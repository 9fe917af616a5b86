"""`python -m tests.model`: all worlds, the large ones too; some six minutes, and a few gigabytes of memory."""

import sys
import time

from tests.model.report import lines_of, summary_of
from tests.model.search import search
from tests.model.worlds import LARGE_WORLDS, WORLDS


def main() -> int:
    """Prints each world as it is done; 1 when a promise was broken."""
    began = time.monotonic()
    found = []
    for world in (*WORLDS, *LARGE_WORLDS):
        found.append(search(world))
        print("\n".join(lines_of(found[-1])), flush=True)
    print(summary_of(found, time.monotonic() - began))
    return int(any(each.violation for each in found))


if __name__ == "__main__":
    sys.exit(main())
