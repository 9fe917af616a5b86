"""Hand stored messages to WhatsApp, in order, one attempt in flight per conversation (R6-R9).

waiting ──claim, committed──▶ claimed ──call──▶ accepted | refused          the lane goes on
   ▲                             │ └──────────▶ held | paced | not sent     waits again, followers with it
   │                             └────────────▶ unknown ─▶ doubted ──status names it──▶ the lane goes on
   └──"Send again" (a person)── unconfirmed ◀──waiting time lapses──┘
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from forthwith.domain.status import Attempt, Failure
from forthwith.store import attempts, inboxes, outbox
from forthwith.store.database import Database, StorageUnavailable, Transaction
from forthwith.store.ids import new_id
from forthwith.store.outbox import Claim
from forthwith.whatsapp import client, payloads
from forthwith.whatsapp.errors import PAIR_RATE

log = logging.getLogger(__name__)
LANES_AT_ONCE = 64
HELD_FOR = 30_000
LONGEST_WAIT = 15_000
PAIR_LONGEST_WAIT = 256_000
TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Durations in milliseconds. `lease` must outlast the longest call. `only_process`: nobody else opens this store."""

    outcome_wait: int = 60_000
    stale_after: int = 600_000
    lease: int = 30_000
    only_process: bool = True


class OutboxWorker:
    """The loop of one process. `ring` wakes it; `run` ends when cancelled, after the calls under way have ended."""

    def __init__(
        self,
        db: Database,
        whatsapp: client.WhatsAppClient,
        clock: Callable[[], int],
        settings: DeliverySettings,
    ) -> None:
        self._db, self._whatsapp, self._clock, self._settings = db, whatsapp, clock, settings
        self._me = new_id("worker")
        self._bell = asyncio.Event()
        self._calls: set[asyncio.Task[None]] = set()
        self._recovered = False
        self._unknown_in_a_row: Counter[str] = Counter()
        self._probes: set[asyncio.Task[None]] = set()

    def ring(self) -> None:
        """Something was stored or settled: look again."""
        self._bell.set()

    async def run(self) -> None:
        """Recover what an earlier process left, then claim and call until cancelled."""
        try:
            while True:
                self._bell.clear()
                try:
                    await self._round()
                except StorageUnavailable as error:
                    log.error("outbox: the store does not answer (%s); trying again", error)
                await self._wait()
        finally:
            for probe in self._probes:
                probe.cancel()
            await asyncio.gather(*self._calls, *self._probes, return_exceptions=True)

    async def _round(self) -> None:
        """One look at the outbox. Reads first: an idle store is not written to."""
        due = await self._db.read(outbox.next_due_at)
        if self._recovered and (due is None or due > self._clock()):
            return
        free = LANES_AT_ONCE - len(self._calls)
        for claim in await self._db.write(lambda tx: self._claim(tx, free)):
            call = asyncio.create_task(self._deliver(claim))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        self._recovered = True

    async def _claim(self, tx: Transaction, free: int) -> list[Claim]:
        now, settings = self._clock(), self._settings
        await outbox.doubt_abandoned(
            tx, self._me, settings.only_process, now, now + settings.outcome_wait
        )
        await outbox.lapse(tx, now)
        return await outbox.claim_lanes(
            tx, self._me, now, settings.lease, settings.stale_after, free
        )

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            pass  # put off, leased and doubted messages come due without a bell

    async def _deliver(self, claim: Claim) -> None:
        body = payloads.text_message(
            to_phone=claim.to_phone,
            to_bsuid=claim.to_bsuid,
            text=claim.text,
            echo_datum=claim.echo_datum,
            reply_to_wamid=claim.reply_to_wamid,
        )
        try:
            outcome = await self._whatsapp.send(claim.phone_number_id, body)
        except (
            Exception
        ) as error:  # a fault of ours after the claim: nobody knows how far the call came
            log.exception("outbox: %s: the call raised", claim.client_id)
            outcome = client.Unknown(type(error).__name__)
        log.info(
            "outbox: %s attempt %d %s",
            claim.client_id,
            claim.attempt,
            type(outcome).__name__.lower(),
        )
        try:
            await self._db.write(lambda tx: self._store_outcome(tx, claim, outcome))
        except StorageUnavailable:
            # The claim stays until its lease ends; then it is doubted, and its statuses resolve it.
            log.exception("outbox: %s: the outcome could not be stored", claim.client_id)
        self._watch(claim, outcome)
        self.ring()

    async def _store_outcome(self, tx: Transaction, claim: Claim, outcome: client.Outcome) -> None:
        now = self._clock()
        match outcome:
            case client.Accepted(wamid):
                await attempts.record(
                    tx, claim.message_id, claim.attempt, Attempt("sent"), now, wamid
                )
            case client.Refused(code, reason, detail):
                failure = Failure(now // 1_000, str(code), detail, reason)
                evidence = Attempt(failures=frozenset({failure}))
                await attempts.record(tx, claim.message_id, claim.attempt, evidence, now)
            case client.Held(code, _):
                await outbox.put_off(tx, claim.message_id, now, counts=False)
                await inboxes.pause(tx, claim.inbox_id, now + HELD_FOR, f"whatsapp {code}")
            case client.Paced(code, retry_after):
                await self._pace(tx, claim, code, retry_after, now)
            case client.NotSent():
                wait = min(LONGEST_WAIT, 500 * 2**claim.put_off)
                await outbox.put_off(tx, claim.message_id, now + wait, counts=True)
            case client.Unknown():
                await outbox.doubt(tx, claim.message_id, now + self._settings.outcome_wait)

    async def _pace(
        self, tx: Transaction, claim: Claim, code: int, retry_after: int | None, now: int
    ) -> None:
        """A pair limit slows one lane; every other limit belongs to the number."""
        if code == PAIR_RATE:
            wait = retry_after or min(PAIR_LONGEST_WAIT, 1_000 * 4**claim.put_off)
        else:
            wait = retry_after or min(LONGEST_WAIT, 1_000 * 2**claim.put_off)
            await inboxes.pause(tx, claim.inbox_id, now + wait, f"whatsapp {code}")
        await outbox.put_off(tx, claim.message_id, now + wait, counts=True)

    def _watch(self, claim: Claim, outcome: client.Outcome) -> None:
        """Two unknown in a row on a number, none accepted between: pause it and ask a harmless read (R9)."""
        if not isinstance(outcome, client.Unknown):
            if isinstance(outcome, client.Accepted):
                self._unknown_in_a_row.pop(claim.inbox_id, None)
            if isinstance(outcome, client.Held):
                log.error(
                    "outbox: WhatsApp holds number %s (%d): %s",
                    claim.phone_number_id,
                    outcome.code,
                    outcome.detail,
                )
            return
        self._unknown_in_a_row[claim.inbox_id] += 1
        if self._unknown_in_a_row[claim.inbox_id] == 2:
            probe = asyncio.create_task(self._probe(claim.inbox_id, claim.phone_number_id))
            self._probes.add(probe)
            probe.add_done_callback(self._probes.discard)

    async def _probe(self, inbox_id: str, phone_number_id: str) -> None:
        wait_seconds = 1
        log.warning(
            "outbox: WhatsApp does not answer for number %s; asking until it does", phone_number_id
        )
        while True:
            until = self._clock() + (wait_seconds + 30) * 1_000
            await self._db.write(
                partial(inboxes.pause, inbox_id=inbox_id, until=until, reason="no answer")
            )
            await asyncio.sleep(wait_seconds)
            if await self._whatsapp.is_answering(phone_number_id):
                break
            wait_seconds = min(30, wait_seconds * 2)
        self._unknown_in_a_row.pop(inbox_id, None)
        await self._db.write(lambda tx: inboxes.unpause(tx, inbox_id))
        self.ring()
