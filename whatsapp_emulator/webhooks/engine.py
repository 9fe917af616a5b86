"""The webhook engine: signed, concurrent, repeated until answered 200.

As Meta does: a POST carries up to 1,000 updates; whatever is not answered 200 is sent again at
once, then ever more rarely, for seven days. Waiting runs on the virtual clock and begins with
seconds, so that a receiver that was restarted catches up quickly.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

import aiohttp
import msgspec

from whatsapp_emulator.clock import VirtualClock, wake
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.settings import Settings
from whatsapp_emulator.under_way import UnderWay
from whatsapp_emulator.webhooks.log import Attempt, DeliveryLog
from whatsapp_emulator.webhooks.shapes import Update, envelope
from whatsapp_emulator.webhooks.signature import encode, sign

CONNECTIONS = 64
UPDATES_PER_POST = 1000
RETRY_SECONDS = (0, 0.5, 1, 1, 2, 2, 3, 3, 5, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
GIVE_UP_SECONDS = 7 * 24 * 3600.0


class Delivery(msgspec.Struct):
    """Updates that travel in one POST, until it is answered 200."""

    number: int
    updates: list[Update]
    first_at: float
    due_at: float
    attempts: int = 0


class WebhookEngine:
    """``on_answered`` is told the updates of each POST when it is first answered 200."""

    def __init__(
        self,
        settings: Settings,
        display_numbers: dict[str, str],
        clock: VirtualClock,
        under_way: UnderWay,
        on_answered: Callable[[list[Update]], None],
    ) -> None:
        self._settings = settings
        self._display_numbers = display_numbers
        self._clock = clock
        self._under_way = under_way
        self._on_answered = on_answered
        self._waiting: deque[Update] = deque()
        self._arrived = asyncio.Event()
        self._has_target = asyncio.Event()
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession
        self._count = 0
        self.pace = Pace()
        self.target: str | None = None
        self.is_held = False
        self._sleeping: set[asyncio.Future[None]] = set()
        self.outstanding: dict[int, Delivery] = {}
        self.log = DeliveryLog()

    @property
    def waiting(self) -> list[Update]:
        """Updates not yet put into a POST."""
        return list(self._waiting)

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS + 8)
        # Cookies, proxies and redirects have no place between a platform and a webhook.
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        self.aim(self._settings.webhook_url)
        self._spawn(self._post_what_waits())

    async def stop(self) -> None:
        await self.cancel_all()
        await self._session.close()

    def aim(self, url: str | None) -> None:
        """Post to ``url`` from now on; None lets updates wait."""
        self.target = url
        self._open_or_shut()

    def hold(self, *, held: bool) -> None:
        """Post nothing while held; what is posted already goes to its end."""
        self.is_held = held
        self._open_or_shut()

    def let_go(self) -> None:
        """End the hold and every wait: what is late or waits to be repeated goes out now."""
        self.hold(held=False)
        for sleep in list(self._sleeping):
            wake(sleep)

    def _open_or_shut(self) -> None:
        if self.target is None or self.is_held:
            self._has_target.clear()
        else:
            self._has_target.set()

    async def cancel_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def clear(self) -> None:
        """Forget all updates and the log; go on empty."""
        await self.cancel_all()
        for _ in range(len(self._waiting) + sum(len(d.updates) for d in self.outstanding.values())):
            self._under_way.end("webhooks")
        self._waiting.clear()
        self.outstanding.clear()
        self.log.clear()
        self._spawn(self._post_what_waits())

    def submit(self, update: Update, *, after_seconds: float = 0.0) -> None:
        """Send ``update``, maybe later; it is under way from now on."""
        self._under_way.begin("webhooks")
        if after_seconds:
            delivery = self._new_delivery([update], self._clock.now() + after_seconds)
            self._spawn(self._deliver(delivery))
        else:
            self._waiting.append(update)
            self._arrived.set()

    def submit_in_turn(self, updates: list[Update], *, one_post: bool) -> None:
        """Send ``updates`` in their order: in one POST, or each after the one before."""
        for _ in updates:
            self._under_way.begin("webhooks")
        groups = [updates] if one_post else [[update] for update in updates]
        self._spawn(self._deliver_in_turn([self._new_delivery(group, 0.0) for group in groups]))

    def resume(self, deliveries: list[Delivery], waiting: list[Update]) -> None:
        """Go on with what an earlier process had not delivered."""
        for delivery in deliveries:
            for _ in delivery.updates:
                self._under_way.begin("webhooks")
            due_at = delivery.due_at if delivery.attempts == 0 else self._clock.now()
            again = self._new_delivery(delivery.updates, due_at)
            again.first_at, again.attempts = delivery.first_at, delivery.attempts
            self._spawn(self._deliver(again))
        for update in waiting:
            self.submit(update)

    def record_attempt(self, attempt: Attempt) -> None:
        self.log.add(attempt)

    async def request(self, method: str, url: str, attempt: Attempt, **options: Any) -> str:
        """Make a request, note in ``attempt`` what became of it, return the answer's text."""
        began = perf_counter()
        timeout = aiohttp.ClientTimeout(total=self.pace.webhook_timeout_seconds)
        text = ""
        try:
            async with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, **options
            ) as answer:
                text = await answer.text(errors="replace")
                attempt.http = answer.status
        except TimeoutError:
            attempt.error = "time-out"
        except (aiohttp.ClientError, OSError) as error:
            attempt.error = str(error) or type(error).__name__
        attempt.duration_ms = round((perf_counter() - began) * 1000, 1)
        self.record_attempt(attempt)
        return text

    async def _post_what_waits(self) -> None:
        while True:
            await self._arrived.wait()
            await self._has_target.wait()
            linger = self.pace.linger_seconds
            if linger:
                await asyncio.sleep(linger)
            async with self._connections:
                pass
            together = bool(linger) or len(self._waiting) > CONNECTIONS
            size = UPDATES_PER_POST if together else 1
            updates = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            if not self._waiting:
                self._arrived.clear()
            liars = [one for one in updates if one.lies]
            for group in ([one for one in updates if not one.lies], *([one] for one in liars)):
                if group:
                    self._spawn(self._deliver(self._new_delivery(group, self._clock.now())))

    def _new_delivery(self, updates: list[Update], due_at: float) -> Delivery:
        self._count += 1
        delivery = Delivery(self._count, updates, first_at=due_at, due_at=due_at)
        self.outstanding[delivery.number] = delivery
        return delivery

    async def _deliver_in_turn(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            delivery.first_at = self._clock.now()
            await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery) -> None:
        body = encode(
            envelope(delivery.updates, self._settings.business_account_id, self._display_numbers)
        )
        while True:
            await self._clock.sleep_until(delivery.due_at, self._sleeping)
            await self._has_target.wait()
            async with self._connections:
                answered = await self._attempt(delivery, body)
            if answered:
                self._on_answered(delivery.updates)
                break
            wait = RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS)) - 1]
            delivery.due_at = self._clock.now() + wait
            if delivery.due_at - delivery.first_at > GIVE_UP_SECONDS:
                break
        del self.outstanding[delivery.number]
        for _ in delivery.updates:
            self._under_way.end("webhooks")

    async def _attempt(self, delivery: Delivery, body: bytes) -> bool:
        delivery.attempts += 1
        lies = max(update.lies for update in delivery.updates) >= delivery.attempts
        secret = self._settings.app_secret + (" (wrong)" if lies else "")
        url = self.target or ""
        attempt = Attempt(
            kind="webhook",
            delivery=delivery.number,
            attempt=delivery.attempts,
            at=self._clock.now(),
            url=url,
            signature="bad" if lies else "good",
            updates=[
                {"kind": one.kind, "wamid": one.wamid, "status": one.status}
                for one in delivery.updates
            ],
            body=body.decode(),
        )
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": sign(secret, body),
        }
        await self.request("POST", url, attempt, data=body, headers=headers)
        return attempt.http == 200

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
