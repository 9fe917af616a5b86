"""An agent has read up to a message: the other browsers learn it, and WhatsApp is told to show blue ticks."""

from dataclasses import dataclass

from forthwith.domain.agent import Agent
from forthwith.domain.errors import NotFound
from forthwith.store import conversations, events, inboxes
from forthwith.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """The newest message read, to be told to WhatsApp by whoever runs beside the message lanes."""

    phone_number_id: str
    wamid: str


async def read_conversation(
    db: Database, agent: Agent, conversation_id: str, up_to_pos: int, now: int
) -> ReadReceipt | None:
    """Raise the team's read position; None when it was there already or holds no inbound message."""

    async def read(tx: Transaction) -> ReadReceipt | None:
        row = await conversations.visible(tx, conversation_id, agent.inbox_ids)
        if row is None:
            raise NotFound
        up_to = min(up_to_pos, row["last_pos"])
        changed = await conversations.mark_read(tx, conversation_id, up_to)
        if changed is None:
            return None
        await events.append(tx, "messages_read", changed, now, up_to_pos=up_to, reader_id=agent.id)
        wamid = await conversations.newest_inbound_wamid(tx, conversation_id, up_to)
        phone_number_id = await inboxes.phone_number_id_of(tx, row["inbox_id"])
        return ReadReceipt(phone_number_id, wamid) if wamid else None

    return await db.write(read)
