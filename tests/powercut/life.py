"""A server's writing life, recorded: messages accepted, handed over and answered, webhooks, restarts."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt
from forthwith.protocol.shapes import SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.store import attempts, contacts, conversations, inboxes, outbox
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, Transaction
from forthwith.store.sqlite import SqliteDatabase
from tests.powercut.disk import Recording, recording

NOW = 1_790_000_000_000
ANA = "agent-ana"
FILE = "forthwith.db"


class Silent:
    """A doorbell nobody hears."""

    def ring(self) -> None:
        """Nothing to wake."""


async def live(folder: Path, messages: int, restarts: int) -> Recording:
    """What SQLite was asked for while `messages` were accepted and went on to `delivered`, with all that was acknowledged."""
    with recording() as kept:
        for life in range(1 + restarts):
            db = await SqliteDatabase.open(folder / FILE, Silent())
            agent, threads = await _settle_in(db)
            for start in range(0, messages // (1 + restarts), 5):
                await _burst(db, kept, agent, threads, life * messages + start)
            await db.close()
    return kept


async def _settle_in(db: Database) -> tuple[Agent, list[str]]:
    async def make(tx: Transaction) -> tuple[Agent, list[str]]:
        await tx.run(
            """INSERT INTO agents (id, email, name, password_hash, created_at)
            VALUES (:id, 'ana@demo.example', 'Ana', '', :now) ON CONFLICT DO NOTHING""",
            id=ANA,
            now=NOW,
        )
        inbox = await inboxes.ensure(tx, "15550001", "9001", "Shop", "+1 555 0001", NOW)
        threads = []
        for number in range(3):
            contact = await contacts.find_or_create(tx, Identity("Ines", f"44770090{number}"), NOW)
            name = f"conversation-{number}"
            row = await conversations.get_or_create(tx, name, inbox, contact["id"], NOW)
            threads.append(str(row["id"]))
        await tx.run("UPDATE conversations SET last_inbound_at = :now", now=NOW)
        return Agent(ANA, "ana@demo.example", "Ana", frozenset({inbox})), threads

    return await db.write(make)


async def _burst(
    db: Database, kept: Recording, agent: Agent, threads: list[str], number: int
) -> None:
    """Five messages at once, some in one commit; claimed, answered and delivered."""

    async def accept(place: int) -> None:
        client_id = f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"
        command = SendMessage(client_id, f"Message {number + place} " + "x" * (97 * place))
        row, _ = await accept_message(db, agent, threads[place % len(threads)], command, NOW)
        kept.acknowledge(("status", row.id, "sending"))

    await asyncio.gather(*(accept(place) for place in range(5)))
    claims = await db.write(lambda tx: outbox.claim_lanes(tx, "worker", NOW, 30_000, 600_000, 10))
    for claim in claims:
        kept.acknowledge(("claim", claim.message_id, claim.attempt))
    for status in ("sent", "delivered"):
        for claim in claims:
            await db.write(_evidence(claim.message_id, Attempt(status), f"wamid.{claim.client_id}"))
            kept.acknowledge(("status", claim.message_id, status))


def _evidence(
    message_id: str, evidence: Attempt, wamid: str
) -> Callable[[Transaction], Awaitable[bool]]:
    return lambda tx: attempts.record(tx, message_id, 1, evidence, NOW, wamid)
