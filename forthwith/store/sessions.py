"""Sessions of signed-in agents. Only the SHA-256 of a token is stored: a stolen database opens no session."""

from forthwith.store.database import Row, Transaction


async def add(tx: Transaction, token_hash: str, agent_id: str, now: int, expires_at: int) -> None:
    """A new session; `expires_at` is absolute, idleness is judged by `last_seen_at`."""
    await tx.run(
        """INSERT INTO sessions (token_hash, agent_id, created_at, last_seen_at, expires_at)
        VALUES (:token_hash, :agent_id, :now, :now, :expires_at)""",
        token_hash=token_hash,
        agent_id=agent_id,
        now=now,
        expires_at=expires_at,
    )


async def alive(tx: Transaction, token_hash: str, seen_after: int, now: int) -> Row | None:
    """`id, email, name` of its agent with `last_seen_at`; None when ended, idle, expired or the agent is disabled."""
    return await tx.one(
        """SELECT a.id, a.email, a.name, s.last_seen_at FROM sessions s JOIN agents a ON a.id = s.agent_id
        WHERE s.token_hash = :token_hash AND s.last_seen_at > :seen_after AND s.expires_at > :now
        AND a.disabled_at IS NULL""",
        token_hash=token_hash,
        seen_after=seen_after,
        now=now,
    )


async def touch(tx: Transaction, token_hash: str, now: int) -> None:
    """The session was used."""
    await tx.run(
        "UPDATE sessions SET last_seen_at = :now WHERE token_hash = :token_hash AND last_seen_at < :now",
        token_hash=token_hash,
        now=now,
    )


async def end(tx: Transaction, token_hash: str) -> None:
    """Sign out."""
    await tx.run("DELETE FROM sessions WHERE token_hash = :token_hash", token_hash=token_hash)


async def prune(tx: Transaction, seen_after: int, now: int) -> int:
    """Delete the dead; returns how many."""
    return await tx.run(
        "DELETE FROM sessions WHERE last_seen_at <= :seen_after OR expires_at <= :now",
        seen_after=seen_after,
        now=now,
    )
