"""Servers that start in a tenth of a second, for tests that kill many: forked from a process that has imported everything.

    python tests/nursery.py

Reads orders as JSON lines: `{"start": ENVIRONMENT, "log": FILE}` is answered by the process id of a `forthwith serve` that has
this environment and nothing else of ours; `{"kill": PID}` by the same id once that process is gone, by kill -9. The end
of standard input, however it comes, is the end of them all.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Nursery:
    """The other end of a running nursery's pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._in_turn = asyncio.Lock()

    async def start(self, environment: dict[str, str], log: str) -> int:
        """A server's process id, long before it is ready."""
        return await self._order({"start": environment, "log": log})

    async def kill(self, pid: int) -> None:
        """kill -9: no farewell of any kind."""
        await self._order({"kill": pid})

    async def _order(self, order: dict[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        async with self._in_turn:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def running_nursery() -> AsyncIterator[Nursery]:
    """A nursery, and the end of all it has started."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for pytest, which then closes the pipe
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


def main() -> int:
    """Obeys until standard input ends."""
    for module in ("asyncpg", "forthwith.serve", "forthwith.store.postgres"):
        importlib.import_module(module)

    alive: set[int] = set()
    for line in sys.stdin.buffer:
        order = json.loads(line)
        if "start" in order:
            pid = os.fork()
            if pid == 0:
                _become_server(order["start"], order["log"])
            alive.add(pid)
        else:
            pid = order["kill"]
            if pid in alive:
                _kill(pid)
                alive.remove(pid)
        os.write(1, f"{pid}\n".encode())
    for pid in alive:
        _kill(pid)
    return 0


def _become_server(environment: dict[str, str], log: str) -> None:
    from forthwith.cli import main as forthwith

    code = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for ours, theirs in ((nothing, 0), (out, 1), (out, 2)):
            os.dup2(ours, theirs)
        code = forthwith(["serve"])
    except BaseException:  # noqa: BLE001  # for the server's log: nobody else hears of it
        traceback.print_exc()
    finally:
        os._exit(code)  # the nursery's loop is not the server's


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


if __name__ == "__main__":
    sys.exit(main())
