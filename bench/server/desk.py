"""A store with agents who are signed in, conversations whose window is open, and messages that WhatsApp has."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from forthwith.services.sign_in import hash_token
from forthwith.store.database import Database, Transaction, Value
from forthwith.store.opening import open_store
from whatsapp_emulator.testing import PHONE_NUMBER_ID

AGENTS = 200
CONVERSATIONS = 2_000
POS = 1_000
"""Of the newest message of each."""
INBOX = "inbox-bench"
MONTH = 30 * 86_400_000

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
SESSIONS = """INSERT INTO sessions (token_hash, agent_id, created_at, last_seen_at, expires_at)
    VALUES (:token_hash, :agent_id, :now, :now, :until)"""
ROWS = (
    """INSERT INTO agents (id, email, name, password_hash, created_at)
    SELECT 'agent-' || i, 'agent' || i || '@demo.example', 'Agent ' || i, '', :now FROM n""",
    "INSERT INTO inbox_members (inbox_id, agent_id) SELECT :inbox, 'agent-' || i FROM n",
)
THREADS = (
    """INSERT INTO contacts (id, name, phone, created_at)
    SELECT 'contact-' || i, 'Contact ' || i, CAST(447700000000 + i AS TEXT), :now FROM n""",
    """INSERT INTO contact_aliases (kind, value, contact_id, created_at)
    SELECT 'phone', CAST(447700000000 + i AS TEXT), 'contact-' || i, :now FROM n""",
    f"""INSERT INTO conversations (id, rev, inbox_id, contact_id, last_pos, last_activity_at, last_inbound_at,
    read_up_to_pos, unread_count, unsent_count, created_at)
    SELECT 'conversation-' || i, 1, :inbox, 'contact-' || i, {POS}, :now, :now, 0, 0, 0, :now FROM n""",
)
MESSAGES = (
    """INSERT INTO messages (id, client_id, conversation_id, inbox_id, pos, rev, direction, message_type,
    sender_role, sender_id, sender_name, text_content, status, sent_at, created_at, updated_at, wamid, attempt)
    SELECT 'message-' || i, 'optimistic-' || i, 'conversation-' || (i % :threads + 1), :inbox, i / :threads, 2,
    'outbound', 'text', 'agent', 'agent-1', 'Agent 1', :text, 'sent', :now, :now, :now, 'wamid.' || i, 1 FROM n""",
    """INSERT INTO attempts (message_id, n, wamid, progress, failures_json, claimed_at, answered_at)
    SELECT 'message-' || i, 1, 'wamid.' || i, 'sent', '[]', :now, :now FROM n""",
)
TEXT = "We have it in blue and in green; both are in the shop until Saturday."


@dataclass(frozen=True, slots=True)
class Desk:
    """What the load needs to know. Conversations are `conversation-1` …, wamids `wamid.1` …, phones 447700000001 …"""

    tokens: list[str]
    messages: int


class Silent:
    """A doorbell nobody hears."""

    def ring(self) -> None:
        """Nothing."""


async def furnish(folder: Path, database_url: str, messages: int) -> Desk:
    """Make the store, fill it, close it."""
    db = await open_store(folder / "data", database_url, Silent())
    try:
        return await _fill(db, messages)
    finally:
        await db.close()


async def _fill(db: Database, messages: int) -> Desk:
    now = time.time_ns() // 1_000_000
    tokens = [secrets.token_urlsafe(32) for _ in range(AGENTS)]

    async def fill(tx: Transaction) -> None:
        await tx.run(
            """INSERT INTO inboxes (id, name, phone_number_id, business_account_id, display_phone_number, created_at)
            VALUES (:id, 'Bench', :number, '9', '', :now)""",
            id=INBOX,
            number=PHONE_NUMBER_ID,
            now=now,
        )
        await _run(tx, ROWS, count=AGENTS, now=now)
        await _run(tx, THREADS, count=CONVERSATIONS, now=now)
        await _run(tx, MESSAGES, count=messages, now=now)
        for number, token in enumerate(tokens, 1):
            agent_id = f"agent-{number}"
            await tx.run(
                SESSIONS,
                token_hash=hash_token(token),
                agent_id=agent_id,
                now=now,
                until=now + MONTH,
            )

    await db.write(fill)
    return Desk(tokens, messages)


async def _run(tx: Transaction, statements: tuple[str, ...], count: int, now: int) -> None:
    """Each statement with those of the values that it names."""
    values: dict[str, Value] = {
        "inbox": INBOX,
        "threads": CONVERSATIONS,
        "text": TEXT,
        "now": now,
        "count": count,
    }
    for statement in statements:
        insert, select = statement.split("SELECT", 1)
        whole = f"{insert}{NUMBERS} SELECT{select}"
        await tx.run(whole, **{key: value for key, value in values.items() if f":{key}" in whole})
