"""The store contract runs on every engine: the same tests, the same store functions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from forthwith.domain.agent import Agent
from forthwith.store import contacts, conversations, inboxes
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, Transaction
from forthwith.store.postgres import PostgresDatabase
from forthwith.store.sqlite import SqliteDatabase

NOW = 1_790_000_000_000


class Rings:
    """A doorbell that counts."""

    def __init__(self) -> None:
        self.count = 0

    def ring(self) -> None:
        self.count += 1


@pytest.fixture
def rings() -> Rings:
    return Rings()


@pytest.fixture(params=["sqlite", "postgres"])
async def db(
    request: pytest.FixtureRequest, tmp_path: Path, rings: Rings
) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        database: Database = await SqliteDatabase.open(tmp_path / "forthwith.db", rings)
    else:
        database = await PostgresDatabase.open(request.getfixturevalue("postgres_url"), rings)
    yield database
    await database.close()


@pytest.fixture
async def ana(db: Database) -> Agent:
    """An agent with one inbox."""

    async def make(tx: Transaction) -> Agent:
        await tx.run(
            """INSERT INTO agents (id, email, name, password_hash, created_at)
            VALUES ('agent-ana', 'ana@demo.example', 'Ana', '', :now)""",
            now=NOW,
        )
        inbox = await inboxes.ensure(tx, "15550001", "9001", "Shop", "+1 555 0001", NOW)
        return Agent("agent-ana", "ana@demo.example", "Ana", frozenset({inbox}))

    return await db.write(make)


@pytest.fixture
async def conversation_id(db: Database, ana: Agent) -> str:
    """A conversation whose service window is open at NOW."""
    return await open_conversation(db, ana, "447700900318")


async def open_conversation(db: Database, agent: Agent, phone: str) -> str:
    """A new contact's conversation with an inbound message's traces."""

    async def make(tx: Transaction) -> str:
        contact = await contacts.find_or_create(tx, Identity("Ines", phone), NOW)
        inbox_id = next(iter(agent.inbox_ids))
        row = await conversations.get_or_create(
            tx, f"conversation-{phone}", inbox_id, contact["id"], NOW
        )
        await tx.run(
            "UPDATE conversations SET last_inbound_at = :now WHERE id = :id", now=NOW, id=row["id"]
        )
        return str(row["id"])

    return await db.write(make)
