"""Apply what a contact changes: a reaction, an edit, a deletion, a new number."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import partial

from forthwith.domain.inbound_change import InboundChange, NumberChange, Reaction, Revision
from forthwith.store import contacts, conversations, events, messages, reactions, wamids
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, Row, Transaction
from forthwith.store.ids import new_id
from forthwith.store.reactions import Reacted

KINDS: dict[str, type[Reaction] | type[Revision]] = {"reaction": Reaction, "revision": Revision}


async def apply_changes(
    tx: Transaction, items: Iterable[object], numbers: Mapping[str, str], now: int
) -> None:
    """Apply those of these items that are changes. `numbers`: inbox ids by phone number id."""
    for item in items:
        if isinstance(item, InboundChange):
            await apply(tx, item, numbers[item.phone_number_id], now)


async def apply(tx: Transaction, change: InboundChange, inbox_id: str, now: int) -> None:
    """Apply it, or keep it until its message is known. A repeat changes nothing."""
    if isinstance(change, NumberChange):
        await _change_number(tx, change, inbox_id, now)
        return
    message = await wamids.message_of(tx, change.target_wamid, inbox_id)
    if message is None:
        await _keep(tx, change, inbox_id, now)
    else:
        await _apply_to(tx, message, change, now)


async def _apply_to(tx: Transaction, message: Row, change: Reaction | Revision, now: int) -> None:
    at = change.timestamp or now
    if isinstance(change, Revision):
        await reactions.revise(tx, message, change.text, at, now)
        return
    identity = Identity(change.name, change.phone, change.bsuid)
    contact = await contacts.find_or_create(tx, identity, now)
    who = Reacted(change.wamid, contact["id"], contact["name"], "contact", change.emoji, at)
    await reactions.react(tx, message, who, now)


async def _keep(tx: Transaction, change: Reaction | Revision, inbox_id: str, now: int) -> None:
    """It came before its message is known by its wamid: it waits, as a status would (R10)."""
    kind = next(name for name, known in KINDS.items() if isinstance(change, known))
    await tx.run(
        """INSERT INTO early_changes (wamid, kind, change_json, inbox_id, received_at)
        VALUES (:wamid, :kind, :change, :inbox_id, :now) ON CONFLICT (wamid, kind, change_json) DO NOTHING""",
        wamid=change.target_wamid,
        kind=kind,
        change=json.dumps(asdict(change) | {"place": ""}),
        inbox_id=inbox_id,
        now=now,
    )


async def apply_early(db: Database, now: int) -> int:
    """Apply those that waited for a message which is known by now; returns how many."""
    waiting = await db.read(_now_known)
    if not waiting:
        return 0

    async def work(tx: Transaction) -> int:
        for row in waiting:
            await tx.run(
                "DELETE FROM early_changes WHERE wamid = :wamid AND kind = :kind AND change_json = :change",
                wamid=row["wamid"],
                kind=row["kind"],
                change=row["change_json"],
            )
            change = KINDS[row["kind"]](**json.loads(row["change_json"]))
            await apply(tx, change, row["inbox_id"], now)
        return len(waiting)

    return await db.write(work)


async def _now_known(tx: Transaction) -> list[Row]:
    return await tx.all(
        """SELECT e.* FROM early_changes e WHERE EXISTS
        (SELECT 1 FROM messages m WHERE m.wamid = e.wamid AND m.direction = 'inbound')
        OR EXISTS (SELECT 1 FROM attempts a WHERE a.wamid = e.wamid) ORDER BY e.received_at LIMIT 100"""
    )


async def prune(tx: Transaction, before: int, limit: int) -> int:
    """Drop those that waited since before the time given; returns how many."""
    return await tx.run(
        """DELETE FROM early_changes WHERE received_at < :before AND wamid IN
        (SELECT wamid FROM early_changes WHERE received_at < :before LIMIT :limit)""",
        before=before,
        limit=limit,
    )


async def _change_number(tx: Transaction, change: NumberChange, inbox_id: str, now: int) -> None:
    """The same person under a new number: the thread goes on, with a line that says so. It opens no window."""
    if await wamids.known_inbound(tx, [change.wamid]):
        return
    before = Identity(phone=change.phone, bsuid=change.bsuid)
    contact = await contacts.find(tx, before)
    if contact is None:
        contact = await contacts.find_or_create(tx, before, now)
    await contacts.move_to(
        tx, contact["id"], Identity(phone=change.new_phone, bsuid=change.new_bsuid), now
    )
    thread = await conversations.get_or_create(
        tx, new_id("conversation"), inbox_id, contact["id"], now
    )
    conversation = await conversations.take_pos(tx, thread["id"], now)
    row = await messages.insert(
        tx,
        conversation,
        messages.NewMessage(
            id=new_id("message"),
            client_id=new_id("inbound"),
            direction="inbound",
            message_type="system",
            sender_role="system",
            sender_id=contact["id"],
            sender_name=contact["name"],
            text_content=change.text,
            status="received",
            sent_at=change.timestamp or now,
            created_at=now,
            wamid=change.wamid,
        ),
    )
    append = partial(events.append, tx, conversation=conversation, now=now)
    await append("new_message", message_id=row["id"])
    await append("conversation_updated")
