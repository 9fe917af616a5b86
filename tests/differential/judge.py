"""At rest all say the same: each tab, a fresh one, the server's rows and WhatsApp's ledger; and nothing was wrong on the way."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.differential.play import LINE, Hand, Play
from tests.e2e.scenarios.scene import STORED_HERE, strongest
from tests.network.tab import COMPOSER
from tests.rig import eventually
from tests.watch import PROGRESS

REST_SECONDS = 60.0
AGREE_SECONDS = 30.0
"""When the last frame of a socket was lost, the next heartbeat tells, up to 20 s later (R13)."""
SCREEN = f"""() => ({{
  rows: [...document.querySelectorAll('[data-client-id]')]
    .map(each => [each.dataset.clientId, each.dataset.status, each.dataset.pos]),
  tray: [...document.querySelectorAll('[data-unsent]')].map(each => each.dataset.unsent),
  kept: [...document.querySelectorAll('[data-unsent]')].map(each => each.innerText).join('\\n'),
  composer: document.querySelector('{COMPOSER}')?.value ?? null,
}})"""

Row = dict[str, Any]


@dataclass
class Findings:
    """What was wrong, in sentences. Empty: nothing."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    """Two that should say the same do not."""
    entered: int = 0
    pressed: Counter[str] = field(default_factory=Counter)
    """What people decided about messages: *Retry*, *Send again* and the like."""

    def all(self) -> list[str]:
        """Every one."""
        return [*self.lost, *self.doubled, *self.backwards, *self.frames, *self.apart]


async def judge(play: Play) -> Findings:
    """When nothing moves any more, and within a minute it must not."""
    for tab in play.tabs.values():
        if not await tab.is_there():
            await tab.open()
    verdict = Verdict(play)
    if await verdict.comes_to_rest():
        await verdict.compare_screens()
    await verdict.compare_with_the_ledger()
    verdict.look_back()
    return verdict.found


@dataclass
class Verdict:
    """One judgement. `rows`, `screens`: by conversation, as they were when all agreed or patience ended."""

    play: Play
    found: Findings = field(default_factory=Findings)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    kept: str = ""
    """What stands in trays, composers and outboxes."""

    def __post_init__(self) -> None:
        self.found.entered = len(self.play.watch.texts)
        self.found.pressed = Counter(button for button, _, _ in self.play.watch.pressed)

    async def comes_to_rest(self) -> bool:
        """Nothing is under way at WhatsApp, nothing is being sent, no outbox has anything left to do."""
        busy: list[Any] = []

        async def rests() -> bool:
            try:
                await self.play.product.emulator.quiet(1)
            except AssertionError:
                # Webhooks that were not taken are repeated ever more rarely.
                await self.play.product.emulator.control("POST", "clock/advance", {"seconds": 5})
                busy[:] = ["WhatsApp"]
                return False
            rows = [row for rows in (await self._rows()).values() for row in rows]
            busy[:] = [row for row in rows if row["status"] == "sending"]
            for tab in ("one", "ben"):
                entries = await self.play.tabs[tab].page.evaluate(STORED_HERE)
                busy.extend(entry for entry in entries if entry[1] not in ("returned", "asking"))
            return not busy

        try:
            await eventually(rests, REST_SECONDS, every=0.1)
        except AssertionError:
            self.found.apart.append(f"it does not come to rest: {busy}")
        return not busy

    async def _rows(self) -> dict[str, list[Row]]:
        play = self.play
        self.rows = {each: await play.session.messages(each) for each in play.conversations}
        return self.rows

    async def compare_screens(self) -> None:
        """Old tabs and a fresh one, conversation by conversation."""
        fresh = Hand(self.play.contexts["ana"], self.play.address_of(self.play.conversations[0]))
        await fresh.open()
        tabs = {**self.play.tabs, "fresh": fresh}
        for conversation_id in self.play.conversations:
            composers = {}
            for name, tab in tabs.items():
                if not await tab.turn_to(conversation_id):
                    self.found.apart.append(f"{name} does not turn to {conversation_id}")
                    continue
                screen = await self._agrees(name, tab, conversation_id)
                composers[name] = screen["composer"]
                self.kept += f"{screen['kept']}\n{screen['composer']}\n"
            if len({text for name, text in composers.items() if name != "ben"}) > 1:
                self.found.apart.append(f"composers of one conversation: {composers}")
        for tab in (fresh, self.play.tabs["ben"]):
            self.kept += json.dumps(await tab.page.evaluate(STORED_HERE))
        await fresh.close()

    async def _agrees(self, name: str, tab: Hand, conversation_id: str) -> dict[str, Any]:
        screen: dict[str, Any] = {}
        wanted: tuple[Any, Any] = ([], [])

        async def agrees() -> bool:
            nonlocal screen, wanted
            rows = (await self._rows())[conversation_id]
            stored = [[row["client_id"], row["status"], str(row["pos"])] for row in rows]
            shown = [row for row in stored if row[1] != "failed"]
            failed = [
                row["client_id"]
                for row in rows
                if row["status"] == "failed" and row["dismissed_at"] is None
            ]
            wanted = (shown, failed)
            screen = await tab.page.evaluate(SCREEN)
            returned = [
                entry[0] for entry in await tab.page.evaluate(STORED_HERE) if entry[1] == "returned"
            ]
            tray = [each for each in screen["tray"] if each not in returned]
            return (screen["rows"], tray) == wanted

        try:
            await eventually(agrees, AGREE_SECONDS, every=0.1)
        except AssertionError:
            self.found.apart.append(f"{name} shows {screen}, stored is {wanted}")
        return screen

    async def compare_with_the_ledger(self) -> None:
        """What WhatsApp accepted, in which order, and what it said of it."""
        play, watch = self.play, self.play.watch
        again = Counter(of for button, of, _ in watch.pressed if button == "Send again")
        of_id = {row["client_id"]: row for rows in self.rows.values() for row in rows}
        for wa_id, conversation_id in zip(play.wa_ids, play.conversations, strict=True):
            ledger = await play.product.emulator.ledger(to=wa_id)
            accepted = Counter(str(entry["opaque"]) for entry in ledger)
            self.found.doubled += [
                f"accepted twice: {each}" for each, n in accepted.items() if n > 1
            ]
            for client_id, _, attempt in (each.partition("#") for each in accepted):
                if client_id not in of_id:
                    self.found.lost.append(f"accepted by WhatsApp, and no row: {client_id}")
                if int(attempt) > 1 + again[client_id]:
                    self.found.doubled.append(
                        f"attempt {attempt} that nobody asked for: {client_id}"
                    )
            rows = [row for row in self.rows[conversation_id] if row["direction"] == "outbound"]
            first = [each.removesuffix("#1") for each in accepted if each.endswith("#1")]
            self._in_order("handed over", [of_id[each] for each in first if each in of_id])
            self._in_order("stored", rows)
            for row in rows:
                self._as_whatsapp_says(row, ledger)
            self._hears_contacts(conversation_id)
            self._no_text_lost(conversation_id)

    def _in_order(self, how: str, rows: list[Row]) -> None:
        """Of each agent, by the last line of each text: an Enter that sends a returned text too adds one to it."""
        entered = [row for row in rows if row["retry_of"] is None]
        for agent in {row["sender_id"] for row in entered}:
            lines = [
                LINE.findall(row["text_content"])[-1:]
                for row in entered
                if row["sender_id"] == agent
            ]
            if lines != sorted(lines):
                self.found.backwards.append(f"{how} out of order: {lines}")

    def _as_whatsapp_says(self, row: Row, ledger: list[dict[str, Any]]) -> None:
        wamids = {
            entry["wamid"]
            for entry in ledger
            if str(entry["opaque"]).startswith(f"{row['client_id']}#")
        }
        words = self._words_of(wamids, row["wamid"])
        progress = max((PROGRESS[each] for each in words if each in PROGRESS), default=0)
        is_single = len(wamids) <= 1 and row["client_id"] not in {
            of for button, of, _ in self.play.watch.pressed if button == "Send again"
        }
        if is_single or progress >= PROGRESS["delivered"]:
            wanted = strongest(row, words)
            if row["status"] != wanted:
                said = f"WhatsApp said {sorted(words)}, which makes it {wanted}"
                self.found.apart.append(f"{row['client_id']} is {row['status']}, {said}")
        if row["status"] == "failed" and row["wamid"] and "failed" not in words:
            self.found.apart.append(
                f"{row['client_id']} failed, but WhatsApp did not say so: {words}"
            )

    def _words_of(self, wamids: set[str], known: str | None) -> set[str]:
        """Statuses that were answered 200 and whose message can be told: by its wamid, or once by its datum."""
        said: list[tuple[str, str]] = []
        named = {known} if known else set()
        # Straight from the log of the emulator: over HTTP it would be megabytes, every time.
        for post in self.play.product.emulator.emulator.webhooks.log.attempts:
            mine = [(wamid, str(status)) for _, wamid, status, _ in post.updates if wamid in wamids]
            if not mine or post.http != 200:
                continue
            said += mine
            entry = msgspec.json.decode(post.body)["entry"][0]
            for change in entry["changes"]:
                for status in change["value"].get("statuses", []):
                    if "biz_opaque_callback_data" in status:
                        named.add(status["id"])
        return {status for wamid, status in said if wamid in named}

    def _hears_contacts(self, conversation_id: str) -> None:
        which = self.play.conversations.index(conversation_id)
        written = ["Hello", *(text for to, text in self.play.written if to == which)]
        heard = [
            row["text_content"]
            for row in self.rows[conversation_id]
            if row["direction"] == "inbound"
        ]
        if sorted(heard) != sorted(written):
            self.found.lost.append(f"contacts wrote {written}, stored is {heard}")

    def _no_text_lost(self, conversation_id: str) -> None:
        """Each line that was entered or typed is somewhere, in its own conversation, and in one message unless that failed."""
        discarded = " ".join(
            text for button, _, text in self.play.watch.pressed if button == "Discard"
        )
        rows = self.rows[conversation_id]
        elsewhere = [
            row for each, rows in self.rows.items() if each != conversation_id for row in rows
        ]
        typed = [(each.conversation_id, each.line) for each in self.play.drafts]
        for where, text in [*self.play.watch.texts, *typed]:
            for line in LINE.findall(text) if where == conversation_id else ():
                holds = [row for row in rows if line in row["text_content"]]
                lies = any(row["status"] != "failed" or not row["dismissed_at"] for row in holds)
                if not lies and line not in self.kept and line not in discarded:
                    self.found.lost.append(f"{line} is nowhere: {holds}")
                if len(holds) > 1 and sum(row["error"] is None for row in holds) > 1:
                    ids = [row["client_id"] for row in holds]
                    self.found.doubled.append(f"{line} is in several messages: {ids}")
                if any(line in row["text_content"] for row in elsewhere):
                    self.found.lost.append(f"{line} went into another conversation")

    def look_back(self) -> None:
        """What the watch saw on the way. What fails leaves, and may come back when its arrival is reported."""
        play = self.play
        returned = {
            row["client_id"]
            for rows in self.rows.values()
            for row in rows
            if row["error"] is not None
        }
        again = {of for button, of, _ in play.watch.pressed if button == "Send again"}
        for fault in play.watch.faults:
            kind, _, rest = fault.partition(": ")
            is_excused = kind in ("blinked", "remounted") and rest.split()[0] in returned
            if not is_excused:
                self.found.frames.append(fault)
        self.found.backwards += [
            f"shown progress fell: {each}"
            for each in play.watch.fallen()
            if each.split()[0] not in again
        ]
        for name, tab in play.tabs.items():
            self.found.frames += [f"error in {name}: {each}" for each in tab.errors]
