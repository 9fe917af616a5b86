"""What an administrator does from the command line, without a running server or beside one."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from forthwith.clock import milliseconds
from forthwith.config import Settings
from forthwith.protocol.shapes import Trace
from forthwith.services.sign_in import hash_password
from forthwith.store import agents, messages, traces
from forthwith.store.database import Database, Transaction
from forthwith.store.opening import open_store

T = TypeVar("T")

SHORTEST_PASSWORD = 8
# The commonest of eight characters and more, from published lists of leaked ones.
_COMMON = """
12345678 123456789 1234567890 12345678910 11111111 00000000 87654321 123123123 password password1 password12
password123 passw0rd p@ssw0rd p@ssword qwertyui qwerty12 qwerty123 qwertyuiop 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
abcd1234 abc12345 iloveyou sunshine princess football baseball superman starwars trustno1 welcome1 letmein1
admin123 administrator whatever computer internet changeme changeit forthwith
"""
COMMON_PASSWORDS = frozenset(_COMMON.split())
_email = re.compile(r"[^@\s]+@[^@\s]+")


class Refused(Exception):
    """The sentence says what to give instead."""


class NobodyListens:
    """Doorbell of a short visit to the store."""

    def ring(self) -> None:
        """A running server polls, and sees new agents when they sign in."""


def migrate_store(settings: Settings) -> None:
    """Bring the schema up to date; opening the store does it."""

    async def nothing(db: Database) -> None:
        pass

    _with_store(settings, nothing)


def add_agent(settings: Settings, email: str, name: str, password: str) -> str:
    """A new agent, member of every inbox; returns the email as stored. Raises Refused."""
    email, name = email.strip().lower(), name.strip()
    if len(email) > 254 or not email.isprintable() or not _email.fullmatch(email):
        raise Refused(f"{email!r} is not an email address; give one like ana@shop.example.")
    if not name or len(name) > 100 or not name.isprintable():
        raise Refused("The name must have 1 to 100 visible characters; give it with --name.")
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"The password is too short; use at least {SHORTEST_PASSWORD} characters.")
    if password.lower() in COMMON_PASSWORDS:
        raise Refused("This password is among the first that attackers try; use another one.")
    password_hash = hash_password(password)

    async def add(db: Database) -> str | None:
        return await db.write(lambda tx: agents.add(tx, email, name, password_hash, milliseconds()))

    if _with_store(settings, add) is None:
        raise Refused(f"There is an agent with the email {email} already.")
    return email


def read_trace(settings: Settings, client_id: str) -> tuple[Trace, str]:
    """A message's trace and its sender's name. Raises Refused."""

    async def read(tx: Transaction) -> tuple[Trace, str] | None:
        row = await messages.by_client_id(tx, client_id)
        if row is None or row["direction"] != "outbound":
            return None
        return await traces.read(tx, row), row["sender_name"]

    found = _with_store(settings, lambda db: db.read(read))
    if found is None:
        raise Refused(
            f"No message of ours has the id {client_id!r}; the browser's console and the log name the right ones."
        )
    return found


def _with_store(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        db = await open_store(settings.data_dir, settings.database_url, NobodyListens())
        try:
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(run())
