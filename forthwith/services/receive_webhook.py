"""Apply a signed webhook: raw body and effects in one commit, each item on its own, then 200 (R10)."""

from collections.abc import Callable

from forthwith.domain.message import is_client_id
from forthwith.store import arrivals, attempts, inboxes, messages, orphans, wamids, webhooks
from forthwith.store.arrivals import Arrival
from forthwith.store.attempts import News
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, StorageUnavailable, Transaction
from forthwith.store.gatherer import Gatherer
from forthwith.store.ids import new_id
from forthwith.store.inbound_changes import apply_changes
from forthwith.whatsapp.webhook_payloads import InboundMessage, Item, SetAside, StatusReport, parse

GATHER_FOR_FIRST_SECONDS = 2.0
GATHER_SECONDS = 0.5
Numbers = dict[str, str]
"""Inbox ids by phone number id."""
Work = tuple[str, Item]
"""An item, and the id of the webhook that it came by."""


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
            work: list[Work] = [
                (webhook_id, item)
                for (webhook_id, _), (_, items) in zip(kept, bodies, strict=True)
                for item in items
            ]
            work.sort(key=_by_whatsapp_time)
            try:
                await tx.attempt(lambda inner: _apply(inner, work, ours, now))
            except StorageUnavailable:
                raise  # not an item's fault: 503, and Meta sends all of it again
            except Exception:  # noqa: BLE001  # whatever it is: each on its own tells which it was, and the rest stand
                for one in work:
                    await _apply_alone(tx, one, ours, now)

        await self._db.write(apply)


def _by_whatsapp_time(work: Work) -> int:
    """Inbound rows of one commit take `pos` by WhatsApp's time; the sort is stable, so their place decides ties."""
    item = work[1]
    return (item.timestamp or 0) if isinstance(item, InboundMessage) else 0


async def _apply(tx: Transaction, work: list[Work], ours: Numbers, now: int) -> None:
    reasons = await apply_items(tx, [item for _, item in work], ours, now)
    for (webhook_id, item), reason in zip(work, reasons, strict=True):
        if reason:
            await webhooks.set_aside(tx, webhook_id, item.place, reason, now)


async def _apply_alone(tx: Transaction, one: Work, ours: Numbers, now: int) -> None:
    """Apply one item; when it raises, it is set aside and its neighbours stand."""
    try:
        await tx.attempt(lambda inner: _apply(inner, [one], ours, now))
    except StorageUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the other 999 updates of the POST must be stored
        reason = f"raised {type(error).__name__}: {str(error)[:200]}"
        await webhooks.set_aside(tx, one[0], one[1].place, reason, now)


async def apply_items(
    tx: Transaction, items: list[Item], ours: Numbers, now: int
) -> list[str | None]:
    """Apply them, each kind by statements that all of it shares.

    Returns what to note about each: None when it was used as it is or is a repeat.
    """
    known = [item for item in items if _number_of(item) in ours]
    if statuses := [item for item in known if isinstance(item, StatusReport)]:
        await _apply_statuses(tx, statuses, ours, now)
    texts = [item for item in known if isinstance(item, InboundMessage)]
    new: set[str] = set()
    for number, inbox_id in ours.items():
        theirs = [_arrival(item, now) for item in texts if item.phone_number_id == number]
        new |= await arrivals.store(tx, inbox_id, theirs, now)
    await apply_changes(tx, known, ours, now)
    return [_to_note(item, ours, new) for item in items]


def _number_of(item: Item) -> str:
    return "" if isinstance(item, SetAside) else item.phone_number_id


def _to_note(item: Item, ours: Numbers, new: set[str]) -> str | None:
    if isinstance(item, SetAside):
        return item.reason
    if item.phone_number_id not in ours:
        return "number not ours"
    is_timeless = isinstance(item, InboundMessage) and item.timestamp is None and item.wamid in new
    return "time not believable, ours taken" if is_timeless else None


async def _apply_statuses(
    tx: Transaction, statuses: list[StatusReport], ours: Numbers, now: int
) -> None:
    """Those of attempts that are known by wamid all at once, the others in turn."""
    known = await wamids.attempts_of(tx, [item.wamid for item in statuses])
    news = [
        News(*known[item.wamid], item.evidence, item.wamid)
        for item in statuses
        if item.wamid in known
    ]
    await attempts.record_all(tx, news, now)
    for item in statuses:
        if item.wamid in known:
            continue
        attempt = await _attempt_of(tx, item, ours[item.phone_number_id])
        if attempt is None:  # it waits as an orphan for its wamid to be committed
            await orphans.add(tx, item.wamid, item.status, item.evidence.failures, now)
        else:
            await attempts.record(tx, *attempt, item.evidence, now, item.wamid)


async def _attempt_of(tx: Transaction, item: StatusReport, inbox_id: str) -> tuple[str, int] | None:
    """Message and number of the attempt: by wamid, which a status before it may have told, else by the echo datum."""
    known = await wamids.attempts_of(tx, [item.wamid])
    if known:
        return known[item.wamid]
    client_id, _, number = (item.echo_datum or "").rpartition("#")
    if not is_client_id(client_id) or not number.isdecimal() or len(number) > 9:
        return None
    message = await messages.by_client_id(tx, client_id)
    if message is None or message["inbox_id"] != inbox_id:
        return None
    attempt = (message["id"], int(number))
    return attempt if await wamids.is_accepted_by(tx, *attempt, item.wamid) else None


def _arrival(item: InboundMessage, now: int) -> Arrival:
    return Arrival(
        identity=Identity(item.name, item.phone, item.bsuid, item.username),
        wamid=item.wamid,
        type=item.type,
        text=item.text,
        sent_at=item.timestamp or now,
        quoted_wamid=item.quoted_wamid,
        raw_json=item.raw_json,
        media=item.media,
        content=item.content,
    )
