"""SQLite: one writer thread with group commit; readers beside it on threads of their own.

WAL with `synchronous=FULL`: in simulated power cuts NORMAL lost acknowledged messages, FULL none.
"""

import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import apsw

from forthwith.metrics import Metrics
from forthwith.store import events
from forthwith.store.database import Doorbell, StorageUnavailable, Work
from forthwith.store.group_commit import MEMBERS_PER_COMMIT, Member, settle
from forthwith.store.hops import tell_committed
from forthwith.store.migrate import migrate, read_epoch
from forthwith.store.sqlite_connection import SqliteTransaction, connect, drive, fault_of, snapshot

T = TypeVar("T")
READERS = 2


class SqliteDatabase:
    """See `Database`. Open with `SqliteDatabase.open`."""

    def __init__(self, path: Path, doorbell: Doorbell, metrics: Metrics) -> None:
        self._path, self._doorbell, self._metrics = path, doorbell, metrics
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[Member | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, "store-reader")
        self._local = threading.local()
        self._writer = threading.Thread(
            target=self._write_forever, name="store-writer", daemon=True
        )
        self.epoch = ""

    @classmethod
    async def open(cls, path: Path, doorbell: Doorbell, metrics: Metrics | None = None) -> Self:
        """Create the file when missing, bring the schema up to date and start the writer."""
        database = cls(path, doorbell, metrics or Metrics())
        database._writer.start()
        try:
            await database.write(migrate)
            database.epoch = await database.read(read_epoch)
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, work: Work[T]) -> T:
        member = Member(work, self._loop.create_future())
        self._queue.put(member)
        # Shielded: a request whose client went away must not cancel what may already be committed.
        result: T = await asyncio.shield(member.future)
        return result

    async def read(self, work: Work[T]) -> T:
        return await self._loop.run_in_executor(self._readers, self._read, work)

    async def look(self, work: Work[T]) -> T:
        return await self.read(work)

    async def close(self) -> None:
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._writer.join)
        self._readers.shutdown(wait=True)

    def _read(self, work: Work[T]) -> T:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path)
            connection.pragma("query_only", True)
        with snapshot(connection):
            return drive(work(SqliteTransaction(connection)))

    def _write_forever(self) -> None:
        connection: apsw.Connection | None = None
        while (first := self._queue.get()) is not None:
            batch = [first]
            stop = False
            while len(batch) < MEMBERS_PER_COMMIT and not self._queue.empty():
                member = self._queue.get()
                if member is None:
                    stop = True
                    break
                batch.append(member)
            try:
                connection = connection or connect(self._path)
                done = self._commit(connection, batch)
            except Exception as error:  # noqa: BLE001  # the writer must outlive whatever it was
                done = None
                for member in batch:
                    member.error = fault_of(error)
                if connection is not None:
                    connection.close(True)  # undoes what was begun; the next batch starts afresh
                    connection = None
            self._loop.call_soon_threadsafe(settle, batch)
            tell_committed(done, self._doorbell, self._metrics)
            if stop:
                break
        if connection is not None:
            connection.close()

    def _commit(self, connection: apsw.Connection, batch: list[Member]) -> SqliteTransaction:
        """One BEGIN and one COMMIT for the batch; each member in a savepoint of its own (R5)."""
        transaction = SqliteTransaction(connection)
        connection.execute("BEGIN IMMEDIATE")
        for member in batch:
            try:
                member.result = drive(transaction.attempt(member.work))
            except StorageUnavailable:
                raise
            except BaseException as error:  # noqa: BLE001  # the member's own; it is told, its neighbours stand
                member.error = error
        drive(events.number(transaction))
        connection.execute("COMMIT")
        return transaction
