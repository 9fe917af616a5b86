"""The demo's agents, and the past of its contacts: imported once, through the same store functions as live messages."""

from typing import NamedTuple

import msgspec

from forthwith.config import Settings
from forthwith.domain.status import Attempt, Progress
from forthwith.services.sign_in import hash_password
from forthwith.store import agents, attempts, contacts, conversations, events, inboxes, messages
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, Row, Transaction
from forthwith.store.ids import new_id

PASSWORD = "forthwith-demo"  # noqa: S105  # printed for whoever tries the demo
AGENTS = {"ana@demo.example": "Ana", "ben@demo.example": "Ben"}


class PastMessage(msgspec.Struct):
    """`at_seconds_ago`: before the import. The team has read what came before its newest answer."""

    direction: str
    text: str
    at_seconds_ago: float
    status: str
    id: str = ""
    """wamid"""


class Persona(msgspec.Struct):
    """A contact as `GET /_control/personas` of the emulator describes it."""

    wa_id: str
    name: str
    bsuid: str | None = None
    username: str | None = None
    phone_hidden: bool = False
    """The business knows only the business-scoped user id."""
    messages: list[PastMessage] = []


class Seeded(NamedTuple):
    """How much was imported; nothing into a store that has conversations."""

    conversations: int
    messages: int


async def seed(db: Database, settings: Settings, cast: list[Persona], now: int) -> Seeded:
    """Make the inbox, the agents and the past, each where it is missing. `now`: milliseconds."""
    inbox_id = await db.write(
        lambda tx: inboxes.ensure(
            tx,
            settings.whatsapp_phone_number_id,
            settings.whatsapp_business_account_id,
            settings.inbox_name,
            settings.display_phone_number,
            now,
        )
    )
    senders = [await _agent(db, email, name, now) for email, name in AGENTS.items()]
    if await db.read(lambda tx: conversations.page(tx, frozenset({inbox_id}), "all", None, 1)):
        return Seeded(0, 0)

    async def import_past(tx: Transaction) -> None:
        for number, persona in enumerate(cast):
            await _import(tx, inbox_id, senders[number % len(senders)], persona, now)

    await db.write(import_past)
    return Seeded(len(cast), sum(len(persona.messages) for persona in cast))


async def _agent(db: Database, email: str, name: str, now: int) -> Row:
    password_hash = hash_password(PASSWORD)
    await db.write(lambda tx: agents.add(tx, email, name, password_hash, now))
    row = await db.read(lambda tx: agents.by_email(tx, email))
    assert row is not None, "added above"
    return row


async def _import(tx: Transaction, inbox_id: str, sender: Row, persona: Persona, now: int) -> None:
    """One conversation, message after message, each at its own time."""
    past = sorted(persona.messages, key=lambda message: -message.at_seconds_ago)
    if not past:
        return
    phone = None if persona.phone_hidden else persona.wa_id
    identity = Identity(persona.name, phone, persona.bsuid, persona.username)
    contact = await contacts.find_or_create(tx, identity, _at(past[0], now))
    thread = await conversations.get_or_create(
        tx, new_id("conversation"), inbox_id, contact["id"], _at(past[0], now)
    )
    read_up_to = 0
    for message in past:
        store = _store_inbound if message.direction == "inbound" else _store_outbound
        row = await store(
            tx, thread, contact if store is _store_inbound else sender, message, _at(message, now)
        )
        if message.direction == "outbound":
            read_up_to = row["pos"]
    await conversations.mark_read(tx, thread["id"], read_up_to)


def _at(message: PastMessage, now: int) -> int:
    return now - round(message.at_seconds_ago * 1_000)


async def _store_inbound(
    tx: Transaction, thread: Row, contact: Row, message: PastMessage, at: int
) -> Row:
    conversation = await conversations.take_inbound_pos(tx, thread["id"], at, at)
    new = messages.NewMessage(
        id=new_id("message"),
        client_id=new_id("inbound"),
        direction="inbound",
        message_type="text",
        sender_role="contact",
        sender_id=contact["id"],
        sender_name=contact["name"],
        text_content=message.text,
        status="received",
        sent_at=at,
        created_at=at,
        wamid=message.id or new_id("wamid"),
    )
    row = await messages.insert(tx, conversation, new)
    await events.append(tx, "new_message", conversation, at, message_id=row["id"])
    return row


async def _store_outbound(
    tx: Transaction, thread: Row, sender: Row, message: PastMessage, at: int
) -> Row:
    """With its attempt, as if it had been handed to WhatsApp then."""
    conversation = await conversations.take_pos(tx, thread["id"], at)
    new = messages.NewMessage(
        id=new_id("message"),
        client_id=new_id("past"),
        direction="outbound",
        message_type="text",
        sender_role="agent",
        sender_id=sender["id"],
        sender_name=sender["name"],
        text_content=message.text,
        status="sending",
        sent_at=at,
        created_at=at,
        attempt=1,
    )
    row = await messages.insert(tx, conversation, new)
    await events.append(tx, "new_message", conversation, at, message_id=row["id"])
    await attempts.begin(tx, row, 1, at)
    progress: Progress = msgspec.convert(message.status, Progress)
    await attempts.record(tx, row["id"], 1, Attempt(progress), at, message.id or new_id("wamid"))
    return row
