"""Hand stored messages to WhatsApp, in order, one attempt in flight per conversation (R6-R9).

waiting ──claim, committed──▶ claimed ──call──▶ accepted | refused          the lane goes on
   ▲                             │ └──────────▶ held | paced | not sent     waits again, followers with it
   │                             └────────────▶ unknown ─▶ doubted ──status names it──▶ the lane goes on
   └──"Send again" (a person)── unconfirmed ◀──waiting time lapses──┘
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from forthwith.domain.status import Attempt, Failure
from forthwith.store import attempts, inboxes, outbox, waiting_times, whatsapp_media
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
UNKNOWN_IN_A_ROW = 2
FIRST_PROBE_SECONDS = 1.0
LONGEST_PROBE_SECONDS = 30.0
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
        self._under_way: set[asyncio.Task[None]] = set()
        self._probes: dict[str, asyncio.Task[None]] = {}
        self._unknown_in_a_row: Counter[str] = Counter()
        self._looked_at = 0
        self._must_recover = True

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
            for probe in self._probes.values():
                probe.cancel()
            while self._under_way:
                await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _round(self) -> None:
        """One look at the outbox. Reads first: an idle store is not written to."""
        now = self._clock()
        self._must_recover |= now < self._looked_at  # the clock was set back
        self._looked_at = now
        due = await self._db.read(waiting_times.next_due_at)
        if self._must_recover or (due is not None and due <= now):
            # Not cancelled with this loop: what it has claimed it must also call.
            await asyncio.shield(self._start(self._claim_and_call()))
            self._must_recover = False

    def _start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _claim_and_call(self) -> None:
        free = LANES_AT_ONCE - len(self._under_way)
        for claim in await self._db.write(lambda tx: self._claim(tx, free)):
            self._start(self._deliver(claim))

    async def _claim(self, tx: Transaction, free: int) -> list[Claim]:
        now, settings = self._clock(), self._settings
        if self._must_recover:
            await waiting_times.draw_near(tx, now + max(settings.outcome_wait, settings.lease))
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
        outcome = await self._call(claim)
        self._watch(claim, outcome)
        while True:
            try:
                held = await self._db.write(lambda tx: self._store_outcome(tx, claim, outcome))
                if held is not None:
                    what = (claim.phone_number_id, held.code, held.detail)
                    log.error("outbox: WhatsApp holds number %s (%d): %s", *what)
                break
            except StorageUnavailable as error:
                log.error("outbox: %s: outcome not stored (%s)", claim.client_id, error)
            if self._clock() >= claim.lease_until:
                break  # doubted by now: its statuses resolve it
            await asyncio.sleep(TICK_SECONDS)
        self.ring()

    async def _call(self, claim: Claim) -> client.Outcome:
        if self._clock() >= claim.lease_until:
            return client.NotSent("this process was suspended; the lane may have gone on")
        try:
            return await self._whatsapp.send(claim.phone_number_id, payloads.message(claim))
        except Exception as error:  # a fault of ours: nobody knows how far the call came
            log.exception("outbox: %s: the call raised", claim.client_id)
            return client.Unknown(type(error).__name__)

    async def _store_outcome(
        self, tx: Transaction, claim: Claim, outcome: client.Outcome
    ) -> client.Held | None:
        """Returns what an administrator must be told: that WhatsApp has begun to hold the number."""
        now = self._clock()
        record = partial(attempts.record, tx, claim.message_id, claim.attempt, now=now)
        match outcome:
            case client.Accepted(wamid):
                await record(evidence=Attempt("sent"), wamid=wamid, name="accepted")
                if claim.held_since is not None:
                    await inboxes.can_send_again(tx, claim.inbox_id)
            case client.Refused(code) if await whatsapp_media.has_expired(tx, claim, code):
                await outbox.put_off(tx, claim, now, now)
            case client.Refused(code, reason, detail):
                failure = Failure(now // 1_000, str(code), detail, reason)
                await record(evidence=Attempt(failures=frozenset({failure})), name="refused")
            case client.Held(code, _):
                await outbox.put_off(tx, claim, now, now, "held", code=code)
                until = now + HELD_FOR
                if await inboxes.hold(tx, claim.inbox_id, now, until, f"whatsapp {code}"):
                    return outcome
            case client.Paced(code, retry_after):
                await self._pace(tx, claim, code, retry_after, now)
            case client.NotSent():
                wait = min(LONGEST_WAIT, 500 * 2**claim.put_off)
                await outbox.put_off(tx, claim, now, now + wait)
            case client.Unknown(detail):
                await outbox.doubt(tx, claim, now, now + self._settings.outcome_wait, detail)
                if claim.inbox_id in self._probes:
                    await self._pause_until_answered(tx, claim.inbox_id, FIRST_PROBE_SECONDS)
        return None

    async def _pace(
        self, tx: Transaction, claim: Claim, code: int, retry_after: int | None, now: int
    ) -> None:
        """A pair limit slows one lane; every other limit belongs to the number."""
        if code == PAIR_RATE:
            until = now + (retry_after or min(PAIR_LONGEST_WAIT, 1_000 * 4**claim.put_off))
            await waiting_times.stay_fresh(tx, claim.conversation_id, until)
        else:
            until = now + (retry_after or min(LONGEST_WAIT, 1_000 * 2**claim.put_off))
            await inboxes.pause(tx, claim.inbox_id, until, f"whatsapp {code}")
        await outbox.put_off(tx, claim, now, until, "paced", code=code)

    def _watch(self, claim: Claim, outcome: client.Outcome) -> None:
        """A number that gives no answer twice in a row is asked until it does (R9)."""
        number = claim.inbox_id
        if isinstance(outcome, client.Accepted):
            del self._unknown_in_a_row[number]
        elif isinstance(outcome, client.Unknown):
            self._unknown_in_a_row[number] += 1
            if self._unknown_in_a_row[number] >= UNKNOWN_IN_A_ROW and number not in self._probes:
                self._probes[number] = self._start(self._probe(number, claim.phone_number_id))

    async def _probe(self, inbox_id: str, phone_number_id: str) -> None:
        """Ask a harmless read until it is answered; the number is paused by the commit that noted the second doubt."""
        log.warning("outbox: number %s does not answer; asking until it does", phone_number_id)
        seconds = FIRST_PROBE_SECONDS
        try:
            await asyncio.sleep(seconds)
            while not await self._whatsapp.is_answering(phone_number_id):
                seconds = min(LONGEST_PROBE_SECONDS, seconds * 2)
                with contextlib.suppress(StorageUnavailable):  # then nothing can be claimed either
                    await self._db.write(
                        partial(self._pause_until_answered, inbox_id=inbox_id, seconds=seconds)
                    )
                await asyncio.sleep(seconds)
        finally:
            del self._probes[inbox_id]
            del self._unknown_in_a_row[inbox_id]
        with contextlib.suppress(StorageUnavailable):  # then the pause ends by itself
            await self._db.write(lambda tx: inboxes.fall_silent(tx, inbox_id, None))
        self.ring()

    async def _pause_until_answered(self, tx: Transaction, inbox_id: str, seconds: float) -> None:
        """Longer than the next probe can take, so that nothing is claimed before its answer."""
        until = self._clock() + round(seconds * 1_000) + self._settings.lease
        await inboxes.fall_silent(tx, inbox_id, until)
