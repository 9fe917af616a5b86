"""Sign an agent in and out, and know whose session a token is."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Callable
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from forthwith.domain.agent import Agent
from forthwith.domain.allowance import Allowance
from forthwith.domain.errors import Refusal
from forthwith.domain.times import DAY, HOUR, SECOND
from forthwith.store import agents, sessions
from forthwith.store.database import Database, StorageUnavailable, Transaction

# OWASP's first choice for Argon2id (Password Storage Cheat Sheet): 19 MiB each, so that two at once stay under 50 MB.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
HASHES_AT_ONCE = 2

IDLE = 14 * DAY
ABSOLUTE = 30 * DAY
TOUCH_AFTER = HOUR
"""Use is written down no more often than this."""
CACHED_FOR = 5 * SECOND
"""How long another process may still accept a session that was ended here."""
CACHED_SESSIONS = 10_000


class WrongCredentials(Refusal):
    """401, the same for an unknown email and a wrong password."""

    code = "wrong_credentials"


class TooManyAttempts(Refusal):
    """429: `retry_after_seconds` in params."""

    code = "too_many_attempts"


class Known(NamedTuple):
    """A session as last read from the store."""

    agent: Agent
    read_at: int


def hash_password(password: str) -> str:
    """Argon2id with its parameters and salt inside; takes some 20 ms of one core."""
    return _hasher.hash(password)


def new_token() -> str:
    """256 random bits; it says nothing about its agent."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a session's token, and names the session inside the server."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """All sessions of this server. `ended` is called with the token hash of each session that is signed out here."""

    def __init__(
        self, db: Database, ended: Callable[[str], None] = lambda token_hash: None
    ) -> None:
        self._db = db
        self._ended = ended
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._decoy = hash_password(secrets.token_hex())
        self._failures_of_account = Allowance(burst=10, refill_ms=30 * SECOND)
        self._failures_of_address = Allowance(burst=100, refill_ms=5 * SECOND)
        self._known: dict[str, Known] = {}
        self._sign_outs = 0

    async def sign_in(self, email: str, password: str, address: str, now: int) -> tuple[str, Agent]:
        """A new session's token and its agent. Raises WrongCredentials, TooManyAttempts."""
        email = email.strip().lower()
        row = await self._db.read(lambda tx: agents.by_email(tx, email))
        password_hash = row["password_hash"] if row else self._decoy
        async with self._hashing:
            self._count(email, address, now)
            fits = await asyncio.to_thread(_verify, password_hash, password)
        if row is None or not fits:
            raise WrongCredentials
        self._failures_of_account.give_back(email, now)
        self._failures_of_address.give_back(address, now)
        token = new_token()

        async def open_session(tx: Transaction) -> Agent:
            await sessions.prune(tx, now - IDLE, now)
            await sessions.add(tx, hash_token(token), row["id"], now, now + ABSOLUTE)
            return await agents.with_inboxes(tx, row)

        return token, await self._db.write(open_session)

    async def agent_of(self, token: str | None, now: int) -> Agent | None:
        """Who holds this token; None when nobody does any more."""
        if not token:
            return None
        token_hash = hash_token(token)
        known = self._known.get(token_hash)
        if known is not None and 0 <= now - known.read_at < CACHED_FOR:
            return known.agent
        self._known.pop(token_hash, None)
        sign_outs = self._sign_outs

        async def look(tx: Transaction) -> tuple[Agent, int] | None:
            row = await sessions.alive(tx, token_hash, now - IDLE, now)
            return (await agents.with_inboxes(tx, row), row["last_seen_at"]) if row else None

        found = await self._db.read(look)
        if found is None:
            return None
        agent, last_seen_at = found
        if now - last_seen_at > TOUCH_AFTER:
            with contextlib.suppress(StorageUnavailable):  # a full disk signs nobody out
                await self._db.write(lambda tx: sessions.touch(tx, token_hash, now))
        if len(self._known) >= CACHED_SESSIONS:
            self._known.clear()
        if sign_outs == self._sign_outs:  # else this very session may have ended while it was read
            self._known[token_hash] = Known(agent, now)
        return agent

    async def sign_out(self, token: str | None) -> None:
        """End the session of this token, if there is one, here and for its sockets."""
        if not token:
            return
        token_hash = hash_token(token)
        await self._db.write(lambda tx: sessions.end(tx, token_hash))
        self._sign_outs += 1
        self._known.pop(token_hash, None)
        self._ended(token_hash)

    def _count(self, email: str, address: str, now: int) -> None:
        """Count a failure before the password is checked, so that parallel guesses cannot slip through."""
        wait = self._failures_of_account.take(email, now)
        if not wait:
            wait = self._failures_of_address.take(address, now)
            if wait:
                self._failures_of_account.give_back(email, now)
        if wait:
            raise TooManyAttempts(retry_after_seconds=-(-wait // SECOND))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
