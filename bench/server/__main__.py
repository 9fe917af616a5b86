"""`python -m bench.server`: measure, print the table, and with --write put it into docs/performance.md."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from bench.server.dose import QUICK, WHOLE
from bench.server.processes import allow_many_files
from bench.server.run import PARTS, measured
from bench.server.table import lines, write
from tests.servers import postgres


def main() -> int:
    """Exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="see that it runs: seconds, not minutes"
    )
    parser.add_argument("--write", action="store_true", help="renew docs/performance.md")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    arguments = parser.parse_args()
    allow_many_files()
    with (
        tempfile.TemporaryDirectory(prefix="forthwith-bench-") as folder,
        postgres() as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        dose = QUICK if arguments.quick else WHOLE
        figures = runner.run(measured(Path(folder), server, dose, arguments.only))
    print("\n".join(lines(figures)))
    if arguments.write:
        write(figures)
    return 0 if all(figure.met != "NO" for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
