"""Long conversations, stored as the server would have stored them."""

import time
from pathlib import Path

from forthwith.domain.times import MINUTE
from forthwith.store import contacts, conversations, inboxes
from forthwith.store.contacts import Identity
from forthwith.store.data_folder import prepare
from forthwith.store.database import Transaction
from forthwith.store.ids import new_id
from forthwith.store.messages import NewMessage, insert
from forthwith.store.sqlite import SqliteDatabase
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID


class NoBell:
    """Nobody listens while history is written."""

    def ring(self) -> None:
        """Nothing to wake."""


async def write_history(data_folder: Path, wa_id: str, name: str, count: int) -> str:
    """A conversation of `count` messages, one a minute, the last a minute ago; its id. The server must not run."""
    database = await SqliteDatabase.open(prepare(data_folder), NoBell())
    now = time.time_ns() // 1_000_000
    start = now - count * MINUTE

    async def write(tx: Transaction) -> str:
        inbox_id = await inboxes.ensure(
            tx, PHONE_NUMBER_ID, BUSINESS_ACCOUNT_ID, "Inbox", "+44 20 7946 0000", now
        )
        contact = await contacts.find_or_create(tx, Identity(name, wa_id), now)
        thread = await conversations.get_or_create(
            tx, new_id("conversation"), inbox_id, contact["id"], now
        )
        for number in range(count):
            at = start + number * MINUTE
            conversation = await conversations.take_inbound_pos(tx, thread["id"], at, at)
            text = f"Message {number} " + "and a few words more " * (number % 7)
            await insert(
                tx,
                conversation,
                NewMessage(
                    id=new_id("message"),
                    client_id=new_id("inbound"),
                    direction="inbound",
                    message_type="text",
                    sender_role="contact",
                    sender_id=contact["id"],
                    sender_name=name,
                    text_content=text,
                    status="received",
                    sent_at=at,
                    created_at=at,
                    wamid=f"wamid.history.{wa_id}.{number}",
                ),
            )
        await conversations.mark_read(tx, thread["id"], count)
        return str(thread["id"])

    conversation_id = await database.write(write)
    await database.close()
    return conversation_id
