"""Looks at a page in every frame it draws, from its first script on, in every tab and across reloads (G3, G4).

Between frames too, after every change of the document: two bubbles of one message are wrong even if nobody sees them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Page

PROGRESS = {"sending": 0, "unconfirmed": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}

# Told to the test: what is seen for the first time, each new status, and each fault of a frame. A fault is
#   doubled    two bubbles of one message          blinked   a bubble in sight was gone and came back, and no tray had it
#   remounted  another node for one in sight       shifted   a row moved though none came, went, asked or said no
#   moved      a stored row took another place     unordered rows not by position, or a stored one after an optimistic
#   late       no bubble by the first frame after Enter
LOOK = """(() => {
  if (window.watched || window.top !== window || !location.protocol.startsWith('http')) return;
  const watched = window.watched = {isDeaf: false, isStill: true, entered: 0, frames: 0};
  const tell = (...said) => window.tellWatch?.(...said).catch(() => undefined);
  const places = new Map(), statuses = new Map(), told = new Set();
  let path = '', nodes = new Map(), gone = new Map(), boxes = new Map(), signature = '', awaited = [];
  const fault = (kind, id, detail = '') => {
    if (told.has(kind + id)) return;
    told.add(kind + id);
    tell('fault', kind, `${id} ${detail} in frame ${Math.round(performance.now())}`);
  };
  const wasInSight = id => {
    const was = boxes.get(id), box = document.querySelector('[aria-label=Messages]')?.getBoundingClientRect();
    return was && box && was.bottom > box.top && was.top < box.bottom;
  };
  const isMoving = row => row.getAnimations().length > 0;
  function look() {
    if (location.pathname !== path) {
      path = location.pathname;
      nodes = new Map(), gone = new Map(), signature = '', awaited = [];
    }
    const rows = [...document.querySelectorAll('[data-client-id]')];
    const now = new Map();
    let last = 0, isOptimistic = false;
    for (const row of rows) {
      const {clientId: id, status, direction, pos} = row.dataset;
      if (now.has(id)) fault('doubled', id);
      now.set(id, row);
      if (pos === '') isOptimistic = true;
      else if (isOptimistic || Number(pos) <= last) fault('unordered', id, `${pos} after ${last}`);
      else last = Number(pos);
      if (pos !== '' && (places.get(id) ?? pos) !== pos) fault('moved', id, `${places.get(id)} to ${pos}`);
      if (pos !== '') places.set(id, pos);
      if (direction !== 'outbound') continue;
      if (awaited.length > 0) awaited = awaited.filter(text => !row.textContent.includes(text));
      if (!statuses.has(id) && pos === '') tell('entered', path, id);
      if (statuses.get(id) !== status) tell('status', id, status);
      statuses.set(id, status);
      if (watched.isStill && gone.get(id) === 'nowhere') fault('blinked', id);
      const isAnother = nodes.has(id) && nodes.get(id) !== row;
      if (watched.isStill && isAnother && !gone.has(id) && wasInSight(id)) fault('remounted', id);
      gone.delete(id);
    }
    for (const id of nodes.keys()) if (!now.has(id)) {
      const inTray = document.querySelector(`[data-unsent="${id}"]`) || gone.get(id) === 'tray';
      gone.set(id, inTray ? 'tray' : gone.get(id) ?? (wasInSight(id) ? 'nowhere' : 'out of sight'));
    }
    nodes = new Map([...nodes, ...now]);
    return rows;
  }
  function measure(rows) {
    const box = document.querySelector('[aria-label=Messages]');
    const lines = rows.map(row => [row.id, row.childElementCount, row.querySelectorAll('button, [role=alert]').length, isMoving(row)]);
    const seen = [box?.clientHeight, box?.clientWidth, ...lines].join();
    const after = new Map(rows.map(row => [row.id, row.getBoundingClientRect()]));
    if (seen === signature && watched.isStill && watched.entered && !rows.some(isMoving))
      for (const [id, {top, left, width, height}] of after) {
        const was = boxes.get(id);
        const by = Math.max(...[top - was.top, left - was.left, width - was.width, height - was.height].map(Math.abs));
        if (by > 0) fault('shifted', id, `by ${by} px`);
      }
    signature = seen;
    boxes = after;
  }
  const frame = () => {
    measure(look());
    for (const text of awaited) fault('late', text);
    awaited = [];
    watched.frames += 1;
    if (watched.frames % 30 === 0) tell('frames', '', '30');
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  tell('begin', '', '');
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-client-id', 'data-status', 'data-pos'],
  });
  addEventListener('click', ({target}) => {
    const button = target.closest?.('button'), of = button?.closest('[data-unsent], [data-client-id]');
    if (of) tell('pressed', of.dataset.unsent ?? of.dataset.clientId, button.innerText, of.textContent);
  }, true);
  addEventListener('keydown', event => {
    const {key, shiftKey, repeat, isComposing, target} = event;
    if (key !== 'Enter' || shiftKey || repeat || isComposing || watched.isDeaf) return;
    if (!target.matches?.('[data-composer] textarea') || !target.value.trim()) return;
    watched.entered += 1;
    const text = target.value.trim();
    tell('text', location.pathname, text);
    awaited.push(text);
  }, true);
})()"""


@dataclass
class Watch:
    """What all pages of all agents have told. `statuses`: by (page, client_id), in the order shown."""

    statuses: dict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    entered: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By conversation: client_ids in the order of the Enters."""
    texts: list[tuple[str, str]] = field(default_factory=list)
    """(conversation, text) of every Enter."""
    pressed: list[tuple[str, str, str]] = field(default_factory=list)
    """(button, client_id, its text) of every button pressed on a bubble or an entry of the tray."""
    faults: list[str] = field(default_factory=list)
    frames: int = 0
    _pages: dict[Page, int] = field(default_factory=dict)
    _greatest: dict[BrowserContext, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    _floors: dict[int, Counter[str]] = field(default_factory=dict)
    _fallen: list[str] = field(default_factory=list)

    async def follow(self, context: BrowserContext) -> None:
        """Look at every page of this browser, from now on."""
        await context.expose_binding("tellWatch", self._hear)
        await context.add_init_script(LOOK)

    def _hear(self, source: Any, kind: str, one: str, other: str, text: str = "") -> None:
        page = self._pages.setdefault(source["page"], len(self._pages))
        conversation = one.rpartition("/")[2]
        if kind == "fault":
            self.faults.append(f"{one}: {other} of page {page}")
        elif kind == "status":
            self._see(page, self._greatest[source["context"]], one, other)
        elif kind == "begin":
            # A document that begins knows what was shown anywhere in its browser before.
            self._floors[page] = self._greatest[source["context"]].copy()
        elif kind == "text":
            self.texts.append((conversation, other))
        elif kind == "pressed":
            self.pressed.append((other, one, text))
        elif kind == "frames":
            self.frames += int(other)
        elif not any(other in ids for ids in self.entered.values()):
            self.entered[conversation].append(other)

    def _see(self, page: int, greatest: Counter[str], client_id: str, status: str) -> None:
        self.statuses[page, client_id].append(status)
        if status not in PROGRESS:
            return
        step, floor = PROGRESS[status], self._floors.setdefault(page, Counter())
        if step < floor[client_id]:
            seen = " ".join(self.statuses[page, client_id])
            self._fallen.append(f"{client_id} of page {page}: {seen}")
        floor[client_id] = max(step, floor[client_id])
        greatest[client_id] = max(step, greatest[client_id])

    def fallen(self) -> list[str]:
        """Progress that was shown and then taken back: in one tab, reloads included, or in a later one of its browser (G4)."""
        return self._fallen

    def counted(self) -> Counter[str]:
        """How many faults of each kind."""
        return Counter(fault.partition(":")[0] for fault in self.faults)
