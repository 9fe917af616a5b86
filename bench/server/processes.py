"""The measured servers: processes of their own, so that their CPU is theirs alone."""

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.server.cpu import cpu_seconds
from bench.server.rounds import Sample
from tests.rig import environment_of
from tests.servers import free_port

START_SECONDS = 60.0
DISCARD_PORT = 9


@dataclass(frozen=True, slots=True)
class Measuring:
    """What the clocks said when a round began."""

    pid: int
    backends: list[int]
    began: float
    cpu: float
    backend_cpu: float

    def end(self, units: int, answers: Iterable[float] = ()) -> Sample:
        """The round's sample."""
        return Sample(
            cpu_seconds([self.pid]) - self.cpu,
            time.perf_counter() - self.began,
            units,
            cpu_seconds(self.backends) - self.backend_cpu,
            tuple(sorted(answers)),
        )


@dataclass(frozen=True, slots=True)
class Served:
    """A running server. `database_url` is empty on SQLite."""

    port: int
    pid: int
    database_url: str

    async def measure(self) -> Measuring:
        """Begin a round."""
        backends = await _backends(self.database_url) if self.database_url else []
        return Measuring(
            self.pid, backends, time.perf_counter(), cpu_seconds([self.pid]), cpu_seconds(backends)
        )


async def _backends(url: str) -> list[int]:
    """PostgreSQL's processes: those of our connections, and those that write behind them."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()
            AND (datname = current_database() OR backend_type <> 'client backend')"""
        )
    finally:
        await connection.close()
    return [row["pid"] for row in rows]


@asynccontextmanager
async def served(
    role: str, folder: Path, database_url: str = "", graph_port: int = DISCARD_PORT
) -> AsyncIterator[Served]:
    """A server in this role (see `child.py`) until the block ends; its store is in `folder`, or at the URL."""
    port = free_port()
    settings = {"database_url": database_url} if database_url else {}
    environment = environment_of(folder, port, f"http://127.0.0.1:{graph_port}", **settings)
    environment |= {"FORTHWITH_LOG_LEVEL": "warning", "PYTHONPATH": str(Path.cwd())}
    command = ("bench.server.bare", str(port)) if role == "bare" else ("bench.server.child", role)
    with (folder / f"{role}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command), env=environment, stdout=log, stderr=log
        )
    try:
        if not await _listens(process, port):
            raise RuntimeError(f"the measured server does not listen:\n{_said(log.name)}")
        yield Served(port, process.pid, database_url)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _said(log: str) -> str:
    return Path(log).read_text()


async def _listens(process: asyncio.subprocess.Process, port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return True
    return False


def allow_many_files() -> None:
    """A thousand sockets need more than the usual soft limit; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
