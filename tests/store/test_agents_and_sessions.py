"""Agents, their sessions and the store's own health, on every engine."""

from forthwith.domain.agent import Agent
from forthwith.store import agents, inboxes, readiness, sessions
from forthwith.store.database import Database, Transaction
from tests.store.conftest import NOW

EMAIL = "ben@demo.example"


async def add_ben(db: Database) -> str | None:
    return await db.write(lambda tx: agents.add(tx, EMAIL, "Ben", "hash", NOW))


async def test_an_email_is_one_agent(db: Database) -> None:
    assert await add_ben(db) is not None
    assert await add_ben(db) is None


async def test_an_agent_joins_the_inboxes_there_are_and_a_new_inbox_takes_all_agents(
    db: Database, ana: Agent
) -> None:
    await add_ben(db)

    async def later(tx: Transaction) -> tuple[Agent, str]:
        second = await inboxes.ensure(tx, "15550002", "9001", "Second", "+1 555 0002", NOW)
        row = await agents.by_email(tx, EMAIL)
        assert row is not None
        return await agents.with_inboxes(tx, row), second

    ben, second = await db.write(later)
    assert ben.inbox_ids == ana.inbox_ids | {second}
    assert (ben.email, ben.name) == (EMAIL, "Ben")


async def test_a_disabled_agent_is_missing(db: Database) -> None:
    agent_id = await add_ben(db)
    await db.write(lambda tx: sessions.add(tx, "t", str(agent_id), NOW, NOW + 1_000))
    assert await db.read(lambda tx: sessions.alive(tx, "t", 0, NOW)) is not None
    await db.write(lambda tx: tx.run("UPDATE agents SET disabled_at = :now", now=NOW))
    assert await db.read(lambda tx: agents.by_email(tx, EMAIL)) is None
    assert await db.read(lambda tx: sessions.alive(tx, "t", 0, NOW)) is None


async def test_a_session_lives_until_idle_expired_or_ended(db: Database) -> None:
    agent_id = str(await add_ben(db))
    await db.write(lambda tx: sessions.add(tx, "t", agent_id, NOW, NOW + 1_000))

    async def is_alive(seen_after: int, now: int) -> bool:
        row = await db.read(lambda tx: sessions.alive(tx, "t", seen_after, now))
        return row is not None

    assert await is_alive(NOW - 1, NOW)
    assert not await is_alive(NOW, NOW), "idle"
    assert not await is_alive(NOW - 1, NOW + 1_000), "expired"
    await db.write(lambda tx: sessions.touch(tx, "t", NOW + 500))
    await db.write(lambda tx: sessions.touch(tx, "t", NOW + 100))
    assert await is_alive(NOW + 499, NOW + 500), "used, and an older use changes nothing"
    await db.write(lambda tx: sessions.end(tx, "t"))
    assert not await is_alive(0, NOW)


async def test_pruning_drops_the_dead_alone(db: Database) -> None:
    agent_id = str(await add_ben(db))

    async def add_three(tx: Transaction) -> None:
        await sessions.add(tx, "alive", agent_id, NOW, NOW + 1_000)
        await sessions.add(tx, "expired", agent_id, NOW, NOW)
        await sessions.add(tx, "idle", agent_id, NOW - 500, NOW + 1_000)

    await db.write(add_three)
    assert await db.write(lambda tx: sessions.prune(tx, NOW - 500, NOW)) == 2
    assert await db.read(lambda tx: sessions.alive(tx, "alive", 0, NOW)) is not None


async def test_readiness_writes_and_names_missing_migrations(db: Database) -> None:
    assert await db.write(lambda tx: readiness.check(tx, NOW)) == []
    assert await db.write(lambda tx: readiness.check(tx, NOW + 1)) == [], "and again"
    row = await db.read(lambda tx: tx.one("SELECT value FROM meta WHERE name = 'ready_at'"))
    assert row is not None
    assert row["value"] == str(NOW + 1)
    await db.write(lambda tx: tx.run("DELETE FROM migrations"))
    assert await db.write(lambda tx: readiness.check(tx, NOW)) != []


async def test_an_empty_outbox_has_no_oldest(db: Database) -> None:
    assert await db.read(readiness.outbox_figures) == (0, None, 0)
