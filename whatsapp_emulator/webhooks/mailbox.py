"""One app's mailbox: what waits for it, and the POSTs under way to it.

As Meta does: up to 64 POSTs side by side, each of up to 1,000 updates or 3 MB; whatever is not
answered 200 is sent again at once, then ever more rarely, for seven days, together with what else
is due by then. Waiting runs on the virtual clock and begins with seconds, so that a receiver that
was restarted catches up quickly.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from whatsapp_emulator.clock import VirtualClock, wake
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.webhooks.apps import App
from whatsapp_emulator.webhooks.parcels import UPDATES_PER_POST, Parcel, take_together

CONNECTIONS = 64
RETRY_SECONDS = (0, 0.5, 1, 1, 2, 2, 3, 3, 5, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
GIVE_UP_SECONDS = 7 * 24 * 3600.0

Post = Callable[[App, list[Parcel]], Awaitable[bool]]
"""Makes one attempt; True when it was answered 200."""


def retry_after(attempts: int) -> float:
    """Seconds from the attempt of that number to the next: the table, then doubled each time."""
    beyond = max(0, attempts - len(RETRY_SECONDS))
    return float(RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1] * 2**beyond)


class Mailbox:
    """``is_settled`` is told each parcel that needs no more attempts, and whether it was answered.

    ``merges``: more than 64 parcels that wait for a connection travel together, whatever the
    linger.
    """

    def __init__(
        self,
        app: App,
        clock: VirtualClock,
        pace: Callable[[], Pace],
        post: Post,
        settled: Callable[[Parcel, bool], None],
        *,
        merges: bool,
    ) -> None:
        self.app = app
        self._clock, self._pace, self._post, self._settled = clock, pace, post, settled
        self._merges = merges
        self._waiting: deque[Parcel] = deque()
        self._arrived = asyncio.Event()
        self._has_target = asyncio.Event()
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._sleeping: dict[asyncio.Future[None], None] = {}
        self._is_held = False
        self.aim(app.url)

    def start(self) -> None:
        self._spawn(self._send_what_waits())

    async def stop(self) -> None:
        """Cancel whatever is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()

    def aim(self, url: str | None) -> None:
        """Post to ``url`` from now on; None lets updates wait."""
        self.app.url = url
        self._open_or_shut()

    def hold(self, *, held: bool) -> None:
        """Post nothing while held."""
        self._is_held = held
        self._open_or_shut()

    def let_go(self) -> None:
        """What is late, or waits to be repeated, is due now."""
        for sleep in list(self._sleeping):
            wake(sleep)

    def _open_or_shut(self) -> None:
        if self.app.url is None or self._is_held:
            self._has_target.clear()
        else:
            self._has_target.set()

    def put(self, parcel: Parcel) -> None:
        """Send the parcel when it is due."""
        if parcel.due_at > self._clock.now():
            self._spawn(self._put_when_due([parcel]))
        elif parcel.is_alone:
            self._spawn(self._send_alone(parcel))
        else:
            parcel.waits_since = asyncio.get_running_loop().time()
            self._waiting.append(parcel)
            self._arrived.set()

    async def deliver(self, parcel: Parcel) -> None:
        """Send the parcel by itself, now, and return when it is settled."""
        while True:
            await self._clock.sleep_until(parcel.due_at, self._sleeping)
            await self._has_target.wait()
            async with self._connections:
                answered = await self._post(self.app, [parcel])
            if answered or not self._put_off(parcel):
                self._settled(parcel, answered)
                return

    async def _put_when_due(self, parcels: list[Parcel]) -> None:
        await self._clock.sleep_until(max(parcel.due_at for parcel in parcels), self._sleeping)
        for parcel in parcels:
            parcel.due_at = min(parcel.due_at, self._clock.now())
            self.put(parcel)

    async def _send_alone(self, parcel: Parcel) -> None:
        await self._has_target.wait()
        await self._connections.acquire()
        await self._send([parcel])

    async def _send_what_waits(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            await self._has_target.wait()
            linger = self._pace().linger_seconds
            if linger and len(self._waiting) < UPDATES_PER_POST:
                await asyncio.sleep(self._waiting[0].waits_since + linger - loop.time())
            await self._connections.acquire()
            if linger or (self._merges and len(self._waiting) > CONNECTIONS):
                parcels = take_together(self._waiting)
            else:
                parcels = [self._waiting.popleft()]
            if not self._waiting:
                self._arrived.clear()
            self._spawn(self._send(parcels))

    async def _send(self, parcels: list[Parcel]) -> None:
        """One attempt on a connection that was taken for it."""
        try:
            answered = await self._post(self.app, parcels)
        finally:
            self._connections.release()
        again = []
        for parcel in parcels:
            if answered or not self._put_off(parcel):
                self._settled(parcel, answered)
            else:
                again.append(parcel)
        if again:
            await self._put_when_due(again)

    def _put_off(self, parcel: Parcel) -> bool:
        """Say when it is due again; False when that is never."""
        parcel.due_at = self._clock.now() + retry_after(parcel.attempts)
        return parcel.due_at - parcel.first_at <= GIVE_UP_SECONDS

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
