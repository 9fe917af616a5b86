"""Agents and the inboxes they are members of."""

from forthwith.domain.agent import Agent
from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id


async def add(tx: Transaction, email: str, name: str, password_hash: str, now: int) -> str | None:
    """A new agent, member of every inbox there is; returns the id, or None when the (lower case) email is taken."""
    agent_id = new_id("agent")
    made = await tx.run(
        """INSERT INTO agents (id, email, name, password_hash, created_at)
        VALUES (:id, :email, :name, :password_hash, :now) ON CONFLICT (email) DO NOTHING""",
        id=agent_id,
        email=email,
        name=name,
        password_hash=password_hash,
        now=now,
    )
    if not made:
        return None
    await tx.run(
        "INSERT INTO inbox_members (inbox_id, agent_id) SELECT id, :agent_id FROM inboxes",
        agent_id=agent_id,
    )
    return agent_id


async def by_email(tx: Transaction, email: str) -> Row | None:
    """The row with its `password_hash`; `email` in lower case. Disabled agents count as missing."""
    return await tx.one(
        "SELECT * FROM agents WHERE email = :email AND disabled_at IS NULL", email=email
    )


async def with_inboxes(tx: Transaction, row: Row) -> Agent:
    """The agent of a row that has `id`, `email` and `name`."""
    memberships = await tx.all(
        "SELECT inbox_id FROM inbox_members WHERE agent_id = :id", id=row["id"]
    )
    return Agent(
        row["id"], row["email"], row["name"], frozenset(each["inbox_id"] for each in memberships)
    )
