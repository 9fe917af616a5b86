"""Contacts' messages: all that one commit brings are stored by the same few statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from forthwith.domain.media import Announced
from forthwith.protocol.content import Content
from forthwith.store import awaited_media, contacts, conversations, events, extras, messages, wamids
from forthwith.store.contacts import Identity
from forthwith.store.conversations import Taken
from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What WhatsApp tells of one. `sent_at`: its time there, in milliseconds; `quoted_wamid`: of what it answers."""

    identity: Identity
    wamid: str
    type: str
    text: str
    sent_at: int
    quoted_wamid: str | None
    raw_json: str
    media: Announced | None = None
    content: Content | None = None


async def store(tx: Transaction, inbox_id: str, arrivals: Sequence[Arrival], now: int) -> set[str]:
    """Each at the next position of its conversation, in this order, with its event. Returns the wamids that were new:
    a repeat changes nothing (R10).

    The commits of a store are one line, so nothing changes between reading and writing.
    """
    if not arrivals:
        return set()
    known = await wamids.known_inbound(tx, [each.wamid for each in arrivals])
    first = {each.wamid: each for each in reversed(arrivals)}
    news = [each for each in arrivals if first[each.wamid] is each and each.wamid not in known]
    senders = await contacts.find_or_create_all(tx, [each.identity for each in news], now)
    threads = await conversations.threads(tx, inbox_id, [sender["id"] for sender in senders], now)
    taken: dict[str, Taken] = {}
    stored: dict[str, tuple[Row, int, messages.NewMessage]] = {}
    for each, sender in zip(news, senders, strict=True):
        thread = threads[sender["id"]]
        count = taken.setdefault(thread["id"], Taken(thread["id"], now)).one_more(each.sent_at)
        quoted = stored.get(each.quoted_wamid or "")
        reply_to = (
            quoted[2].client_id
            if quoted
            else await wamids.client_id_of_wamid(tx, each.quoted_wamid)
        )
        new = _message(each, sender, reply_to, now)
        stored[each.wamid] = (thread, thread["last_pos"] + count, new)
        await events.append(tx, "new_message", thread, now, message_id=new.id)
    await conversations.take_inbound(tx, list(taken.values()))
    await messages.insert_inbound(tx, list(stored.values()))
    for each in news:
        await awaited_media.add(tx, stored[each.wamid][2].id, each.media, now)
    return set(stored)


def _message(each: Arrival, sender: Row, reply_to: str | None, now: int) -> messages.NewMessage:
    return messages.NewMessage(
        id=new_id("message"),
        client_id=new_id("inbound"),
        direction="inbound",
        message_type=each.type,
        sender_role="contact",
        sender_id=sender["id"],
        sender_name=sender["name"],
        text_content=each.text,
        status="received",
        sent_at=each.sent_at,
        created_at=now,
        wamid=each.wamid,
        reply_to=reply_to,
        raw_json=each.raw_json,
        media_json=awaited_media.shown(each.media),
        content_json=extras.to_json(each.content),
    )
