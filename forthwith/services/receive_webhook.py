"""Apply a signed webhook: raw body and effects in one commit, each item on its own, then 200 (R10)."""

from collections.abc import Callable

from forthwith.domain.message import is_client_id
from forthwith.store import (
    attempts,
    contacts,
    conversations,
    events,
    extras,
    inbound_changes,
    inboxes,
    messages,
    orphans,
    wamids,
    webhooks,
)
from forthwith.store.attempts import News
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, StorageUnavailable, Transaction
from forthwith.store.gatherer import Gatherer
from forthwith.store.ids import new_id
from forthwith.whatsapp.webhook_payloads import InboundMessage, Item, SetAside, StatusReport, parse

GATHER_FOR_FIRST_SECONDS = 2.0
GATHER_SECONDS = 0.5
Numbers = dict[str, str]
"""Inbox ids by phone number id."""


class WebhookReceiver:
    """Receives for one process. What comes while a commit is under way goes together into the next: each statement is
    shared. For its first 2 s commits gather up to 500 ms, so that a backlog which Meta delivers all at once after our
    downtime is numbered by WhatsApp's time, not by chance (R3)."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db, self._clock = db, clock
        self._gatherer = Gatherer(self._apply, GATHER_FOR_FIRST_SECONDS, GATHER_SECONDS)

    async def receive(self, body: bytes) -> None:
        """Store and apply; committed when it returns. Raises Unreadable (answer 400) or StorageUnavailable (answer 503)."""
        items = parse(body, self._clock())
        await self._gatherer.apply((body, items), len(items))

    async def _apply(self, bodies: list[tuple[bytes, list[Item]]]) -> None:
        now = self._clock()

        async def apply(tx: Transaction) -> None:
            ours = await inboxes.numbers(tx)
            kept = [(new_id("webhook"), body) for body, _ in bodies]
            await webhooks.keep(tx, kept, now)
            work = [
                (webhook_id, item)
                for (webhook_id, _), (_, items) in zip(kept, bodies, strict=True)
                for item in items
            ]
            work.sort(key=_by_whatsapp_time)
            try:
                await tx.attempt(lambda inner: _apply_together(inner, work, ours, now))
            except StorageUnavailable:
                raise  # not an item's fault: 503, and Meta sends all of it again
            except Exception:  # noqa: BLE001  # whatever it is: each on its own tells which it was, and the rest stand
                for webhook_id, item in work:
                    await _apply_alone(tx, webhook_id, item, ours, now)

        await self._db.write(apply)


async def _apply_together(
    tx: Transaction, work: list[tuple[str, Item]], ours: Numbers, now: int
) -> None:
    """Statuses of attempts that are known by wamid all at once, everything else in turn."""
    statuses = [item for _, item in work if isinstance(item, StatusReport)]
    known = await wamids.attempts_of(tx, [item.wamid for item in statuses])
    at_once = [item for item in statuses if item.phone_number_id in ours and item.wamid in known]
    news = [News(*known[item.wamid], item.evidence, item.wamid) for item in at_once]
    await attempts.record_all(tx, news, now)
    done = {id(item) for item in at_once}
    for webhook_id, item in work:
        if id(item) not in done:
            await _note(tx, webhook_id, item, await apply_item(tx, item, ours, now), now)


def _by_whatsapp_time(work: tuple[str, Item]) -> int:
    """Inbound rows of one commit take `pos` by WhatsApp's time; the sort is stable, so their place decides ties."""
    item = work[1]
    return (item.timestamp or 0) if isinstance(item, InboundMessage) else 0


async def _apply_alone(
    tx: Transaction, webhook_id: str, item: Item, ours: Numbers, now: int
) -> None:
    """Apply one item; when it raises, it is set aside and its neighbours stand."""
    try:
        reason = await tx.attempt(lambda inner: apply_item(inner, item, ours, now))
    except StorageUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the other 999 updates of the POST must be stored
        reason = f"raised {type(error).__name__}: {str(error)[:200]}"
    await _note(tx, webhook_id, item, reason, now)


async def _note(tx: Transaction, webhook_id: str, item: Item, reason: str | None, now: int) -> None:
    if reason:
        await webhooks.set_aside(tx, webhook_id, item.place, reason, now)


async def apply_item(tx: Transaction, item: Item, ours: Numbers, now: int) -> str | None:
    """Apply one item; returns what to note about it, None when it was used as it is or is a repeat."""
    if isinstance(item, SetAside):
        return item.reason
    inbox_id = ours.get(item.phone_number_id)
    if inbox_id is None:
        return "number not ours"
    if isinstance(item, InboundMessage):
        return await _apply_inbound(tx, item, inbox_id, now)
    if not isinstance(item, StatusReport):
        return await inbound_changes.apply(tx, item, inbox_id, now)
    attempt = await _attempt_of(tx, item, inbox_id)
    if attempt is None:  # it waits as an orphan for its wamid to be committed
        await orphans.add(tx, item.wamid, item.status, item.evidence.failures, now)
    else:
        await attempts.record(tx, *attempt, item.evidence, now, item.wamid)
    return None


async def _attempt_of(tx: Transaction, item: StatusReport, inbox_id: str) -> tuple[str, int] | None:
    """Message and number of the attempt a status is about: by wamid, else by the echo datum."""
    known = await wamids.attempts_of(tx, [item.wamid])
    if known:
        return known[item.wamid]
    client_id, _, number = (item.echo_datum or "").rpartition("#")
    if not is_client_id(client_id) or not number.isdecimal() or len(number) > 9:
        return None
    message = await messages.by_client_id(tx, client_id)
    if message is None or message["inbox_id"] != inbox_id:
        return None
    n = int(number)
    return (
        (message["id"], n)
        if await wamids.is_accepted_by(tx, message["id"], n, item.wamid)
        else None
    )


async def _apply_inbound(
    tx: Transaction, item: InboundMessage, inbox_id: str, now: int
) -> str | None:
    if await wamids.has_inbound(tx, item.wamid):
        return None
    identity = Identity(item.name, item.phone, item.bsuid, item.username)
    contact = await contacts.find_or_create(tx, identity, now)
    thread = await conversations.get_or_create(
        tx, new_id("conversation"), inbox_id, contact["id"], now
    )
    whatsapp_time = item.timestamp or now
    conversation = await conversations.take_inbound_pos(tx, thread["id"], now, whatsapp_time)
    row = await messages.insert(
        tx,
        conversation,
        messages.NewMessage(
            id=new_id("message"),
            client_id=new_id("inbound"),
            direction="inbound",
            message_type=item.type,
            sender_role="contact",
            sender_id=contact["id"],
            sender_name=contact["name"],
            text_content=item.text,
            status="received",
            sent_at=whatsapp_time,
            created_at=now,
            wamid=item.wamid,
            reply_to=await wamids.client_id_of_wamid(tx, item.quoted_wamid),
            raw_json=item.raw_json,
            content_json=extras.to_json(item.content),
        ),
    )
    await events.append(tx, "new_message", conversation, now, message_id=row["id"])
    return None if item.timestamp else "time not believable, ours taken"
