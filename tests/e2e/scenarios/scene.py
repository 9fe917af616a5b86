"""Server, WhatsApp and browsers of one scenario, and what must be true of every one when it is over."""

import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext

from tests.e2e.conftest import Inbox
from tests.e2e.scenarios.gate import Gate
from tests.proofs import record
from tests.rig import AgentSession, Product, eventually
from tests.watch import PROGRESS, Watch
from whatsapp_emulator.testing import APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from whatsapp_emulator.webhooks.signature import encode, sign

REST_SECONDS = 30.0
POSTS = "**/api/conversations/*/messages"
PAGES = "**/api/conversations/*/messages?*"
SHOWN = """() => [...document.querySelectorAll('[data-client-id][data-direction=outbound]')]
  .map(each => [each.dataset.clientId, each.dataset.status, Number(each.dataset.pos)])"""
KEPT = """() => [...document.querySelectorAll('[data-composer] textarea')].map(each => each.value)
  .concat([...document.querySelectorAll('[data-unsent]')].map(each => each.innerText)).join('\\n')"""
STORED_HERE = """() => new Promise((done, failed) => {
  const opening = indexedDB.open('forthwith-outbox');
  opening.onerror = failed;
  opening.onsuccess = () => {
    const entries = opening.result.transaction('entries').objectStore('entries').getAll();
    entries.onsuccess = () => {
      done(entries.result.map(each => [each.message.client_id, each.phase, each.message.text_content]));
      opening.result.close();
    };
  };
})"""


class Tab(Inbox):
    """A page of an agent's browser. `conversation_id`: the one it shows."""

    conversation_id = ""

    async def open(self, conversation_id: str) -> None:
        """By its address."""
        self.conversation_id = conversation_id
        await super().open(conversation_id)

    async def turn_to(self, conversation_id: str) -> None:
        """By a click in the list, in the life of the same page."""
        self.conversation_id = conversation_id
        row = f"[data-conversation-id='{conversation_id}']"
        # Not by the mouse: rows move under it when something arrives.
        await self.page.eval_on_selector(
            row, "row => (row.matches('a') ? row : row.querySelector('a')).click()"
        )
        await self.until("id => location.pathname.endsWith(id)", conversation_id)
        await self.page.wait_for_selector("[data-composer] textarea")

    async def shown(self) -> list[tuple[str, str, int]]:
        """(client_id, status, pos) of the agents' messages on the screen; pos 0: not stored."""
        return [tuple(each) for each in await self.page.evaluate(SHOWN)]

    async def outbox(self) -> list[tuple[str, str, str]]:
        """(client_id, phase, text) of what is stored in this browser."""
        return [tuple(each) for each in await self.page.evaluate(STORED_HERE)]

    async def id_of(self, text: str) -> str:
        """The client_id of the one bubble with this text."""
        (bubble,) = await self.bubbles(text)
        return str(bubble["clientId"])


@dataclass
class Scene:
    """Everything of one scenario."""

    number: int
    product: Product
    browser: Browser
    session: AgentSession
    gate: Gate
    ines: str
    tomas: str
    closing: AsyncExitStack
    watch: Watch = field(default_factory=Watch)
    tabs: list[Tab] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    """(wamid, status) of statuses that the test itself has delivered."""
    began: float = field(default_factory=time.monotonic)

    async def context(self, name: str = "Ana", **options: Any) -> BrowserContext:
        """A browser of this agent, signed in and watched."""
        session = self.session if name == "Ana" else await self.product.sign_in(name)
        context = await self.browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **options}
        )
        self.closing.push_async_callback(context.close)
        for each in session.http.cookie_jar:
            await context.add_cookies(
                [{"name": each.key, "value": each.value, "url": self.product.url}]
            )
        await self.watch.follow(context)
        return context

    async def tab(
        self,
        name: str = "Ana",
        *,
        context: BrowserContext | None = None,
        at: str = "",
        **options: Any,
    ) -> Tab:
        """A tab showing a conversation (Ines's), in a new browser or in this one."""
        context = context or await self.context(name, **options)
        tab = Tab(await context.new_page(), self.product)
        await tab.open(at or self.ines)
        await tab.page.wait_for_selector("[data-client-id]")
        self.tabs.append(tab)
        return tab

    async def faults(self, *rules: dict[str, Any]) -> None:
        """WhatsApp's, for what is sent from now on."""
        await self.product.emulator.faults(*rules)

    async def ledger(self, client_id: str = "") -> list[dict[str, Any]]:
        """What WhatsApp has accepted, of one message or of all."""
        return await self.product.emulator.ledger(**({"opaque": client_id} if client_id else {}))

    async def until_accepted(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until WhatsApp has accepted so many."""

        async def enough() -> bool:
            return len(await self.ledger()) >= count

        await eventually(enough, REST_SECONDS)
        return await self.ledger()

    async def webhook_says(self, *statuses: dict[str, Any]) -> int:
        """One signed POST with these statuses, as WhatsApp makes it; the answer's HTTP status."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "1", "phone_number_id": PHONE_NUMBER_ID},
            "statuses": list(statuses),
        }
        changes = [{"value": value, "field": "messages"}]
        entry = [{"id": BUSINESS_ACCOUNT_ID, "changes": changes}]
        raw = encode({"object": "whatsapp_business_account", "entry": entry})
        headers = {
            "X-Hub-Signature-256": sign(APP_SECRET, raw),
            "Content-Type": "application/json",
        }
        url = f"{self.product.url}/webhooks/whatsapp"
        async with self.product.emulator.http.post(url, data=raw, headers=headers) as answer:
            if answer.status == 200:
                self.said += [(each["id"], each["status"]) for each in statuses]
            return answer.status

    async def at_rest(
        self, *, again: tuple[str, ...] = (), unheard: tuple[str, ...] = (), bottom: bool = False
    ) -> None:
        """What holds at the end of every scenario; `Rest` has the list.

        `again`: client_ids that a person has sent once more. `unheard`: those of which WhatsApp told us nothing that
        names them. `bottom`: the tabs are scrolled to the newest message first.
        """
        if bottom:
            for tab in self.tabs:
                await tab.page.eval_on_selector("[aria-label=Messages]", "box => box.scrollTop = 0")
        rest = Rest(self, again, unheard)
        try:
            await rest.judge()
        finally:
            rest.note()


@dataclass
class Rest:
    """At rest: client = a fresh client = server = WhatsApp's strongest word; each message once, in order, and no text lost."""

    scene: Scene
    again: tuple[str, ...]
    unheard: tuple[str, ...]
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    async def judge(self) -> None:
        """Raises AssertionError for the first thing that is not so."""
        scene = self.scene
        await scene.product.emulator.quiet(REST_SECONDS)
        rows = {
            conversation: await eventually(self._settled(conversation), REST_SECONDS)
            for conversation in (scene.ines, scene.tomas)
        }
        ledger = await scene.ledger()
        self._once_each(ledger)
        for conversation, found in rows.items():
            self._in_order(conversation, ledger)
            await self._as_whatsapp_says([row for row in found if row["direction"] == "outbound"])
        await self._on_screen(rows)
        await self._no_text_lost(rows)
        watch = scene.watch
        assert not watch.fallen(), f"shown progress fell: {watch.fallen()}"
        assert not watch.faults, watch.faults
        assert not any(tab.errors for tab in scene.tabs), [tab.errors for tab in scene.tabs]

    def _settled(self, conversation_id: str) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
        async def settled() -> list[dict[str, Any]]:
            rows = await self.scene.session.messages(conversation_id)
            return [] if any(row["status"] == "sending" for row in rows) else rows

        return settled

    def _once_each(self, ledger: list[dict[str, Any]]) -> None:
        """One acceptance per attempt, and a second attempt only by a person."""
        accepted = Counter(str(entry["opaque"]) for entry in ledger)
        attempts = Counter(opaque.partition("#")[0] for opaque in accepted)
        self.doubled = [opaque for opaque, count in accepted.items() if count > 1]
        self.doubled += [
            each for each, count in attempts.items() if count > 1 + self.again.count(each)
        ]
        assert not self.doubled, f"handed to WhatsApp more than once: {self.doubled}"

    def _in_order(self, conversation_id: str, ledger: list[dict[str, Any]]) -> None:
        order = self.scene.watch.entered[conversation_id]
        ids = [str(entry["opaque"]).partition("#")[0] for entry in ledger]
        handed = [order.index(each) for each in ids if each in order and each not in self.again]
        assert handed == sorted(handed), f"handed over out of order: {handed}"

    async def _as_whatsapp_says(self, rows: list[dict[str, Any]]) -> None:
        emulator = self.scene.product.emulator
        said = list(self.scene.said)
        for attempt in await emulator.control("GET", "deliveries"):
            if attempt["http"] == 200:
                said += [(each["wamid"], each["status"]) for each in attempt["updates"]]
        for row in rows:
            entries = await self.scene.ledger(f"{row['client_id']}#")
            wamids = {entry["wamid"] for entry in entries}
            words = {status for wamid, status in said if wamid in wamids}
            if row["client_id"] in self.unheard:
                assert row["status"] in ("unconfirmed", "failed"), row
            else:
                assert row["status"] == strongest(row, words), (row, words)

    async def _on_screen(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Every tab, and one opened only now."""
        for conversation in {tab.conversation_id for tab in self.scene.tabs}:
            fresh = await self.scene.tab(at=conversation)
            assert fresh.conversation_id == conversation
        for tab in self.scene.tabs:
            expected = [
                (row["client_id"], row["status"], row["pos"])
                for row in rows[tab.conversation_id]
                if row["direction"] == "outbound" and row["status"] != "failed"
            ]
            await eventually(_shows(tab, expected), REST_SECONDS)

    async def _no_text_lost(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """In a row that is not settled, or on a screen, or in this browser's outbox."""
        kept = [await tab.page.evaluate(KEPT) for tab in self.scene.tabs]
        stored = [json.dumps(await tab.outbox(), ensure_ascii=False) for tab in self.scene.tabs]
        inboxes = "\n".join([*kept, *stored])
        for conversation, text in self.scene.watch.texts:
            lies = [
                row["text_content"]
                for row in rows.get(conversation, [])
                if row["status"] != "failed" or not row["dismissed_at"]
            ]
            if text not in lies and text not in inboxes:
                self.lost.append(text)
        assert not self.lost, f"texts that are nowhere: {self.lost}"

    def note(self) -> None:
        """For `make prove`."""
        scene = self.scene
        record_scenario(scene, len(self.lost), len(self.doubled))


def strongest(row: dict[str, Any], words: set[str]) -> str:
    """The status that all of WhatsApp's words together come to (R4); its answer to the call counts as `sent`."""
    known = words | ({"sent"} if row["wamid"] else set())
    progress = max((PROGRESS[each] for each in known if each in PROGRESS), default=0)
    if progress < PROGRESS["delivered"] and (row["error"] is not None or "failed" in words):
        return "failed"
    if progress == 0:
        return "unconfirmed"
    return next(name for name, step in PROGRESS.items() if step == progress)


def _shows(tab: Tab, expected: list[tuple[str, str, int]]) -> Callable[[], Awaitable[bool]]:
    """Of a long conversation only the end is drawn."""

    async def shows() -> bool:
        shown = await tab.shown()
        tab.console.append(f"shown {shown}, expected {expected}")
        return shown == expected[len(expected) - len(shown) :] and bool(shown) == bool(expected)

    return shows


def record_scenario(scene: Scene, lost: int, doubled: int) -> None:
    """One line of the proof."""
    record(
        "scenarios",
        scene.number,
        runs=len(scene.watch.texts),
        faults=1,
        seconds=time.monotonic() - scene.began,
        lost=lost,
        doubled=doubled,
        backwards=len(scene.watch.fallen()),
        wrong_frames=len(scene.watch.faults),
    )
