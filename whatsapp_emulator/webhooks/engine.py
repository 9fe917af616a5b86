"""The webhook engine: takes updates, gives every subscribed app its own, and keeps the log."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine, Iterable
from time import perf_counter
from typing import Any

import aiohttp
import msgspec

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.settings import Settings
from whatsapp_emulator.under_way import UnderWay
from whatsapp_emulator.webhooks.apps import FIRST, App
from whatsapp_emulator.webhooks.log import Attempt, DeliveryLog
from whatsapp_emulator.webhooks.mailbox import Mailbox
from whatsapp_emulator.webhooks.parcels import Parcel, split
from whatsapp_emulator.webhooks.shapes import Update, envelope
from whatsapp_emulator.webhooks.signature import encode, sign
from whatsapp_emulator.webhooks.subscriptions import (
    Subscription,
    Subscriptions,
    is_override,
    override_name,
)

PIECE_BYTES = 512 * 1024


class WebhookEngine:
    """``on_answered`` is told the updates of each POST that an app answered 200."""

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
        self._session: aiohttp.ClientSession
        self._tasks: set[asyncio.Task[None]] = set()
        self._mailboxes: dict[str, Mailbox] = {}
        self._parcels: set[Parcel] = set()
        self.subscriptions = Subscriptions(settings.account_of)
        self._count = 0
        self.pace = Pace()
        self.is_held = False
        self.log = DeliveryLog()

    @property
    def target(self) -> str | None:
        """Where the first app's webhooks go."""
        return self._mailboxes[FIRST].app.url

    @property
    def apps(self) -> list[App]:
        """All subscribers, the first one too."""
        return [mailbox.app for mailbox in self._mailboxes.values()]

    @property
    def outstanding(self) -> list[Parcel]:
        """What is neither answered 200 nor given up, in no particular order."""
        return list(self._parcels)

    async def start(self) -> None:
        # Cookies, proxies and redirects have no place between a platform and a webhook.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        self._subscribe(App(FIRST, self._settings.webhook_url, self._settings.app_secret))

    async def stop(self) -> None:
        await self._cancel()
        await self._session.close()

    def aim(self, url: str | None) -> None:
        """Post the first app's updates to ``url`` from now on; None lets them wait."""
        self._mailboxes[FIRST].aim(url)

    def hold(self, *, held: bool) -> None:
        """Post nothing while held; what is posted already goes to its end."""
        self.is_held = held
        for mailbox in self._mailboxes.values():
            mailbox.hold(held=held)

    def let_go(self) -> None:
        """End the hold and every wait: what is late or waits to be repeated goes out now."""
        self.hold(held=False)
        for mailbox in self._mailboxes.values():
            mailbox.let_go()

    async def subscribe_others(self, apps: Iterable[App]) -> None:
        """Replace all apps but the first; what waits for those replaced is forgotten."""
        replaced = [one for one in self._mailboxes if one != FIRST and not is_override(one)]
        for name in replaced:
            await self._mailboxes.pop(name).stop()
            for parcel in [one for one in self._parcels if one.app == name]:
                self._forget(parcel)
        for app in apps:
            self._subscribe(app)

    def override(self, of: str, subscription: Subscription) -> None:
        """Set how the first app hears of an account, or of one number in it."""
        self.subscriptions.by_name[of] = subscription
        name = override_name(of)
        if name in self._mailboxes:
            self._mailboxes[name].aim(subscription.override)
        elif subscription.override:
            self._subscribe(App(name, subscription.override, self._settings.app_secret))

    async def clear(self) -> None:
        """Forget all updates, the other apps and the log; go on empty."""
        await self._cancel()
        for parcel in self.outstanding:
            self._forget(parcel)
        self.log.clear()
        first = self._mailboxes[FIRST]
        self._mailboxes = {FIRST: first}
        self.subscriptions.by_name.clear()
        first.start()

    def submit(self, updates: Iterable[Update], *, after_seconds: float = 0.0) -> None:
        """Send each update for itself, maybe later; it is under way from now on."""
        for update in updates:
            for app in self._receivers(update):
                self._send(Parcel([update], 0.0, 0.0, app=app), after_seconds)

    def submit_together(self, updates: list[Update], *, after_seconds: float = 0.0) -> None:
        """Send ``updates`` in one POST and nothing else in it; in several, beyond Meta's size."""
        for app in self._mailboxes:
            theirs = [one for one in updates if app in self._receivers(one)]
            for group in split(theirs) if theirs else ():
                self._send(Parcel(group, 0.0, 0.0, app=app, alone=True), after_seconds)

    def submit_in_turn(self, updates: list[Update]) -> None:
        """Send each update in its own POST after the one before was answered."""
        for app in self._mailboxes:
            theirs = [one for one in updates if app in self._receivers(one)]
            parcels = [self._track(Parcel([one], 0.0, 0.0, app=app, alone=True)) for one in theirs]
            self._spawn(self._deliver_in_turn(self._mailboxes[app], parcels))

    def resume(self, parcels: list[Parcel], waiting: list[Update]) -> None:
        """Go on with what an earlier process had not delivered."""
        for parcel in parcels:
            if parcel.app in self._mailboxes:
                if parcel.attempts:
                    parcel.due_at = self._clock.now()
                self._mailboxes[parcel.app].put(self._track(parcel))
        self.submit(waiting)

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
        self.log.add(attempt)
        return text

    def _subscribe(self, app: App) -> None:
        self._mailboxes[app.name] = Mailbox(
            app,
            self._clock,
            lambda: self.pace,
            self._post,
            self._settled,
            merges=self._settings.seed is None,
        )
        self._mailboxes[app.name].hold(held=self.is_held)
        self._mailboxes[app.name].start()

    def _receivers(self, update: Update) -> list[str]:
        names = list(self._mailboxes) if update.app is None else [update.app]
        heard = self.subscriptions.receivers(update, names)
        return [name for name in heard if name in self._mailboxes]

    def _send(self, parcel: Parcel, after_seconds: float = 0.0) -> None:
        parcel.first_at = parcel.due_at = self._clock.now() + after_seconds
        self._mailboxes[parcel.app].put(self._track(parcel))

    def _track(self, parcel: Parcel) -> Parcel:
        self._under_way.begin("webhooks")
        self._parcels.add(parcel)
        return parcel

    def _forget(self, parcel: Parcel) -> None:
        self._parcels.discard(parcel)
        self._under_way.end("webhooks")

    async def _cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for mailbox in self._mailboxes.values():
            await mailbox.stop()

    async def _deliver_in_turn(self, mailbox: Mailbox, parcels: list[Parcel]) -> None:
        for parcel in parcels:
            parcel.first_at = self._clock.now()
            await mailbox.deliver(parcel)

    async def _post(self, app: App, parcels: list[Parcel]) -> bool:
        updates = [update for parcel in parcels for update in parcel.updates]
        body = encode(envelope(updates, self._settings.account_of, self._display_numbers))
        lies = parcels[0].lies
        is_unsigned = lies and any(update.unsigned for update in updates)
        for parcel in parcels:
            parcel.attempts += 1
        attempt = Attempt(
            kind="webhook",
            delivery=self._number(parcels),
            attempt=max(parcel.attempts for parcel in parcels),
            at=self._clock.now(),
            url=app.url or "",
            app=app.name,
            signature="none" if is_unsigned else "bad" if lies else "good",
            replayed=parcels[0].replayed,
            updates=[
                (one.kind, one.wamid, one.status, parcel.attempts)
                for parcel in parcels
                for one in parcel.updates
            ],
            body=body.decode(),
        )
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if not is_unsigned:
            secret = app.secret + (" (wrong)" if lies else "")
            headers["X-Hub-Signature-256"] = sign(secret, body)
        # The client wants large bodies as files, so as to write them piece by piece.
        sent = io.BytesIO(body) if len(body) > PIECE_BYTES else body
        await self.request("POST", attempt.url, attempt, data=sent, headers=headers)
        if attempt.http == 200 and not parcels[0].replayed:
            self._replay(app, updates)
        return attempt.http == 200

    def _number(self, parcels: list[Parcel]) -> int:
        """A parcel that travels alone keeps its number; every other POST is a new delivery."""
        if len(parcels) == 1 and parcels[0].number:
            return parcels[0].number
        self._count += 1
        for parcel in parcels:
            parcel.number = self._count if len(parcels) == 1 else 0
        return self._count

    def _replay(self, app: App, updates: list[Update]) -> None:
        for seconds in max((update.replays for update in updates), key=len):
            copies = [msgspec.structs.replace(one, lies=0) for one in updates]
            self._send(Parcel(copies, 0.0, 0.0, app=app.name, alone=True, replayed=True), seconds)

    def _settled(self, parcel: Parcel, answered: bool) -> None:
        if answered:
            self._on_answered(parcel.updates)
        self._forget(parcel)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
