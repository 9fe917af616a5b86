"""The servers of the tests: real, separate for each test, and gone afterwards."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import nats
import pytest

from tests.servers import PostgresServer, free_port, postgres

WAIT_SECONDS = 20


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_closed(port: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while is_open(port):
        assert time.monotonic() < deadline, f"port {port} is still open"
        time.sleep(0.02)


async def test_each_test_has_an_empty_database_of_its_own(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    other = postgres_server.create_database()
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("CREATE TABLE here (id int)")
    elsewhere = await asyncpg.connect(other)
    assert await elsewhere.fetchval("SELECT to_regclass('here')") is None
    await connection.close()
    await elsewhere.close()
    postgres_server.drop_database(other)


async def test_a_durable_server_can_be_asked_for(postgres_server: PostgresServer) -> None:
    with postgres() as durable:
        connection = await asyncpg.connect(durable.url)
        assert await connection.fetchval("SHOW fsync") == "on"
        await connection.close()
    fast = await asyncpg.connect(postgres_server.url)
    assert await fast.fetchval("SHOW fsync") == "off"
    await fast.close()


async def test_nats_answers(nats_url: str) -> None:
    client = await nats.connect(nats_url)
    await client.flush()
    await client.close()


@pytest.mark.parametrize("death", [signal.SIGINT, signal.SIGKILL])
def test_a_server_ends_with_the_run_that_started_it(death: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    script = f"""
import sys, time
from pathlib import Path
from tests.servers import guarded, _wait_for_port
log = Path({str(tmp_path / "log")!r})
server = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
with guarded(*server, stop="SIGTERM", log=log):
    _wait_for_port({port}, log)
    print("up", flush=True)
    time.sleep(600)
"""
    run = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert run.stdout
    assert run.stdout.readline() == b"up\n"
    assert is_open(port)
    os.kill(run.pid, death)
    run.wait()
    run.stdout.close()
    wait_until_closed(port)
