"""A store that cannot write says so to everybody in the batch, and works again by itself (bad-input 43 and 57; G7)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import asyncpg
import pytest

from forthwith.store import sqlite_connection
from forthwith.store.database import Database, StorageFull, StorageUnavailable, Transaction
from forthwith.store.postgres import PostgresDatabase
from forthwith.store.sqlite import SqliteDatabase
from tests.rig import eventually
from tests.store.conftest import Rings


@pytest.fixture
async def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteDatabase]:
    monkeypatch.setattr(sqlite_connection, "BUSY_TIMEOUT_MS", 50)
    database = await SqliteDatabase.open(tmp_path / "forthwith.db", Rings())
    yield database
    await database.close()


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    database = await PostgresDatabase.open(postgres_url, Rings())
    yield database
    await database.close()


async def add(tx: Transaction, name: str, size: int = 1) -> None:
    await tx.run("INSERT INTO meta (name, value) VALUES (:n, :v)", n=name, v="x" * size)


async def names(tx: Transaction) -> set[str]:
    return {row["name"] for row in await tx.all("SELECT name FROM meta WHERE name LIKE 't-%'")}


async def fill_the_disk(tx: Transaction) -> None:
    row = await tx.one("PRAGMA page_count")
    assert row is not None
    await tx.all(f"PRAGMA max_page_count = {row['page_count'] + 2}")


async def refuse_inserts(tx: Transaction, sqlstate: str) -> None:
    """From now on PostgreSQL itself fails when a row named t-bad comes."""
    await tx.run(
        f"""CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.name = 't-bad' THEN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{sqlstate}'; END IF;
        RETURN NEW; END $$"""
    )
    await tx.run("CREATE TRIGGER fail BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION fail()")


async def try_all(db: Database, *names_and_sizes: tuple[str, int]) -> list[object]:
    return await asyncio.gather(
        *(db.write(partial(add, name=name, size=size)) for name, size in names_and_sizes),
        return_exceptions=True,
    )


async def test_a_full_disk_fails_the_whole_batch_and_passes(file: SqliteDatabase) -> None:
    await file.write(fill_the_disk)
    results = await try_all(file, ("t-1", 1), ("t-bad", 100_000), ("t-2", 1))
    assert {type(each) for each in results} <= {StorageFull, type(None)}
    assert isinstance(results[1], StorageFull)
    stored = {name for name, each in zip(("t-1", "t-bad", "t-2"), results, strict=True) if not each}
    assert await file.read(names) == stored
    await file.write(partial(add, name="t-later"))
    assert "t-later" in await file.read(names)


async def test_a_locked_file_is_unavailable_until_it_is_let_go(
    file: SqliteDatabase, tmp_path: Path
) -> None:
    other = apsw.Connection(str(tmp_path / "forthwith.db"))
    other.execute("BEGIN IMMEDIATE")
    (result,) = await try_all(file, ("t-1", 1))
    assert isinstance(result, StorageUnavailable)
    other.execute("ROLLBACK")
    other.close()
    await file.write(partial(add, name="t-1"))
    assert await file.read(names) == {"t-1"}


async def test_a_work_that_catches_the_faults_of_its_parts_does_not_catch_the_stores(
    file: SqliteDatabase,
) -> None:
    async def tolerant(tx: Transaction) -> None:
        try:
            await tx.attempt(partial(add, name="t-bad", size=100_000))
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001  # as the webhook's items are applied
            await add(tx, "t-set-aside")

    await file.write(fill_the_disk)
    with pytest.raises(StorageUnavailable):
        await file.write(tolerant)
    assert await file.read(names) == set()


@pytest.mark.parametrize("sqlstate", ["53100", "57P01", "58030", "25006", "40P01"])
async def test_postgresqls_own_troubles_fail_the_whole_batch(
    server: PostgresDatabase, sqlstate: str
) -> None:
    await server.write(partial(refuse_inserts, sqlstate=sqlstate))
    results = await try_all(server, ("t-1", 1), ("t-bad", 1), ("t-2", 1))
    kind = StorageFull if sqlstate == "53100" else StorageUnavailable
    assert [type(each) for each in results] == [kind] * 3
    assert await server.read(names) == set()


async def test_a_members_own_fault_on_postgresql_fails_nobody_else(
    server: PostgresDatabase,
) -> None:
    await server.write(partial(refuse_inserts, sqlstate="22000"))
    results = await try_all(server, ("t-1", 1), ("t-bad", 1), ("t-2", 1))
    assert [type(each) for each in results] == [type(None), asyncpg.DataError, type(None)]
    assert await server.read(names) == {"t-1", "t-2"}


async def test_a_cut_off_postgresql_is_unavailable_then_found_again(
    server: PostgresDatabase, postgres_url: str
) -> None:
    other = await asyncpg.connect(postgres_url)
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()

    async def works() -> bool:
        try:
            await server.read(names)
            await server.write(lambda tx: tx.run("DELETE FROM meta WHERE name = 't-x'"))
        except StorageUnavailable:
            return False
        return True

    await eventually(works)


async def test_a_postgresql_that_refuses_us_is_a_sentence_and_leaves_nothing_running(
    postgres_url: str,
) -> None:
    before = len(asyncio.all_tasks())
    with pytest.raises(StorageUnavailable):
        await PostgresDatabase.open(postgres_url.replace("/test_", "/absent_"), Rings())
    assert len(asyncio.all_tasks()) == before


async def test_a_postgresql_that_has_fallen_silent_holds_nobody_up_at_the_end(
    postgres_url: str,
) -> None:
    """A line that was cut without a word: what is sent is taken, and nothing ever comes back."""
    address = urlsplit(postgres_url)
    silent = asyncio.Event()
    writers: list[asyncio.StreamWriter] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(OSError):
            while part := await reader.read(65_536):
                if not silent.is_set():
                    writer.write(part)

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(forward(reader, there_writer), forward(there_reader, writer))

    server = await asyncio.start_server(join, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = address.netloc.rpartition("@")[0]
    database = await PostgresDatabase.open(
        address._replace(netloc=f"{credentials}@127.0.0.1:{port}").geturl(), Rings()
    )
    silent.set()
    writing = asyncio.create_task(database.write(names))
    await asyncio.sleep(0)
    began = time.monotonic()
    await database.close()
    assert time.monotonic() - began < 8
    writing.cancel()
    server.close()
    for writer in writers:
        writer.close()
    await asyncio.gather(*(each.wait_closed() for each in writers), return_exceptions=True)
