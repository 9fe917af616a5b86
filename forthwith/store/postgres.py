"""PostgreSQL: one writer connection per process with group commit, a pool for reads, one connection that listens.

An advisory lock makes the commits of several processes one line: `seq` is numbered without gaps, no two batches can
deadlock, and a lane can be claimed by one process only. `NOTIFY` is sent once per batch: one per transaction would
serialise commits at about 900/s.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self, TypeVar

import asyncpg

from forthwith.metrics import Metrics
from forthwith.store import events
from forthwith.store.database import (
    Doorbell,
    Row,
    StorageFull,
    StorageUnavailable,
    Transaction,
    Value,
    Work,
)
from forthwith.store.group_commit import MEMBERS_PER_COMMIT, Member, settle
from forthwith.store.hops import tell_committed
from forthwith.store.migrate import migrate, read_epoch

T = TypeVar("T")
log = logging.getLogger(__name__)
READERS = 4
COMMIT_LOCK = 4_620_519
"""Number of the advisory lock; any constant does, as long as nothing else in this database uses it."""
CHANNEL = "forthwith_log"
AWAY = ("08", "25", "40", "53", "57", "58", "XX")
"""Classes of SQLSTATE that are the server's trouble: connection, read-only, rolled back, disk full, shut down, I/O."""
CONNECT_SECONDS = 10
CLOSE_SECONDS = 2
STATEMENT_SECONDS = 30
STALLED_SECONDS = 10
"""A process that stops in mid-batch (suspended, cut off) loses its transaction, and with it the commit lock."""


@contextlib.contextmanager
def storage_faults() -> Iterator[None]:
    """Trouble of the server or the line becomes StorageUnavailable; a statement's own fault stays what it is."""
    try:
        yield
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise StorageUnavailable(f"{type(error).__name__}: {error}") from error
    except asyncpg.PostgresError as error:
        # A schema just changed by a newer Forthwith makes a cached plan invalid once.
        if not (error.sqlstate or "").startswith(AWAY) and not isinstance(
            error, asyncpg.InvalidCachedStatementError
        ):
            raise
        raise fault_of(error) from error


def fault_of(error: Exception) -> StorageUnavailable:
    """The whole batch's fault, as a new exception for each of its members."""
    if isinstance(error, StorageUnavailable):
        return type(error)(str(error))
    is_full = isinstance(error, asyncpg.DiskFullError)
    return (StorageFull if is_full else StorageUnavailable)(f"{type(error).__name__}: {error}")


@lru_cache(maxsize=512)
def positional(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1, $2, …` for `:name`, and the names in that order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return re.sub(r"(?<!:):([a-z_][a-z0-9_]*)", number, sql), tuple(names)


class PostgresTransaction:
    """Statements on one connection, inside its transaction."""

    for_update = "FOR UPDATE OF c SKIP LOCKED"
    among = "= ANY(:among)"

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.appended: list[dict[str, Any]] = []
        self.hops: list[dict[str, Any]] = []

    async def all(self, sql: str, **values: Value) -> list[Row]:
        statement, names = positional(sql)
        with storage_faults():
            rows: list[Row] = await self.connection.fetch(
                statement, *[values[name] for name in names]
            )
        return rows

    async def one(self, sql: str, **values: Value) -> Row | None:
        rows = await self.all(sql, **values)
        return rows[0] if rows else None

    async def run(self, sql: str, **values: Value) -> int:
        statement, names = positional(sql)
        with storage_faults():
            done = await self.connection.execute(statement, *[values[name] for name in names])
        count = done.rpartition(" ")[2]  # "UPDATE 3"
        return int(count) if count.isdecimal() else 0

    async def many(self, sql: str, rows: Sequence[Mapping[str, Value]]) -> None:
        if not rows:
            return
        statement, names = positional(sql)
        with storage_faults():
            await self.connection.executemany(
                statement, [[row[name] for name in names] for row in rows]
            )

    async def attempt(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        events_before, hops_before = len(self.appended), len(self.hops)
        try:
            with storage_faults():
                async with self.connection.transaction():  # nested: a savepoint
                    return await work(self)
        except BaseException:
            del self.appended[events_before:], self.hops[hops_before:]
            raise


class PostgresDatabase:
    """See `Database`. Open with `PostgresDatabase.open`."""

    def __init__(self, url: str, doorbell: Doorbell, metrics: Metrics) -> None:
        self._url, self._doorbell, self._metrics = url, doorbell, metrics
        self._queue: asyncio.Queue[Member] = asyncio.Queue()
        self._writer: asyncpg.Connection | None = None
        self._pool: asyncpg.Pool | None = None
        self._loops: list[asyncio.Task[None]] = []
        self.epoch = ""

    @classmethod
    async def open(cls, url: str, doorbell: Doorbell, metrics: Metrics | None = None) -> Self:
        """Connect, bring the schema up to date, start writing and listening."""
        database = cls(url, doorbell, metrics or Metrics())
        try:
            database._pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=READERS,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                reset=_leave_as_it_is,
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise StorageUnavailable(str(error)) from error
        database._loops = [
            asyncio.create_task(database._write_forever()),
            asyncio.create_task(database._listen_forever()),
        ]
        try:
            await database.write(migrate)
            database.epoch = await database.read(read_epoch)
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, work: Work[T]) -> T:
        member = Member(work, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(member)
        # Shielded: a request whose client went away must not cancel what may already be committed.
        result: T = await asyncio.shield(member.future)
        return result

    async def read(self, work: Work[T]) -> T:
        assert self._pool is not None, "open() makes it"
        with storage_faults():
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await work(PostgresTransaction(connection))

    async def look(self, work: Work[T]) -> T:
        assert self._pool is not None, "open() makes it"
        with storage_faults():
            async with self._pool.acquire() as connection:
                return await work(PostgresTransaction(connection))

    async def close(self) -> None:
        """Commit what was queued, then let go; of a server that does not answer, within seconds."""
        assert self._pool is not None, "open() makes it"
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                with contextlib.suppress(StorageUnavailable):
                    await self.write(_nothing)
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()
            if self._writer is not None:
                self._writer.terminate()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await _let_go(self._writer)

    async def _write_forever(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MEMBERS_PER_COMMIT and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                done = await self._commit(batch)
            except Exception as error:  # noqa: BLE001  # the writer must outlive whatever it was
                log.warning("PostgreSQL: a commit failed: %s", error)
                done = None
                await _let_go(self._writer)
                for member in batch:
                    member.error = fault_of(error)
            settle(batch)
            tell_committed(done, self._doorbell, self._metrics)

    async def _commit(self, batch: list[Member]) -> PostgresTransaction:
        """One transaction for the batch; each member in a savepoint of its own (R5)."""
        if self._writer is None or self._writer.is_closed():
            self._writer = await asyncpg.connect(
                self._url,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                server_settings={
                    "synchronous_commit": "on",
                    "idle_in_transaction_session_timeout": f"{STALLED_SECONDS}s",
                },
            )
        async with self._writer.transaction():
            await self._writer.execute(f"SELECT pg_advisory_xact_lock({COMMIT_LOCK})")
            transaction = PostgresTransaction(self._writer)
            for member in batch:
                try:
                    member.result = await transaction.attempt(member.work)
                except StorageUnavailable:
                    raise
                except Exception as error:  # noqa: BLE001  # the member's own fault; it is told, its neighbours stand
                    member.error = error
            if transaction.appended:
                await events.number(transaction)
                await self._writer.execute(f"NOTIFY {CHANNEL}")
        return transaction

    async def _listen_forever(self) -> None:
        """Ring when another process has committed. A bell missed while reconnecting is rung afterwards."""
        while True:
            try:
                connection = await asyncpg.connect(self._url, timeout=CONNECT_SECONDS)
                lost = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=lost: gone.set())
                await connection.add_listener(CHANNEL, lambda *_: self._doorbell.ring())
                self._doorbell.ring()
                try:
                    await lost.wait()
                finally:
                    await _let_go(connection)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("PostgreSQL: cannot listen: %s", error)
            await asyncio.sleep(1)


async def _let_go(connection: asyncpg.Connection | None) -> None:
    """Close it, politely for a second; nothing it does can be in the way of what comes after."""
    if connection is not None:
        with contextlib.suppress(Exception):
            await connection.close(timeout=1)


async def _leave_as_it_is(connection: asyncpg.Connection) -> None:
    """A read changes nothing of its session; the driver's own reset would cost each of them a round trip."""


async def _nothing(tx: Transaction) -> None:
    """A member that changes nothing."""
