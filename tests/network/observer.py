"""Looks at every frame of a page: from Enter on a message has one bubble, and what it shows never falls (G3, G4)."""

from collections import Counter
from typing import Any

from playwright.async_api import BrowserContext, Page

SCRIPT = r"""(() => {
  if (window.top !== window || !location.protocol.startsWith('http')) return;
  // What every message of an observed page is: none is the beginning of another.
  const TEXT = /Line \d{4}\./;
  const tell = (kind, ...details) => void window.tellObserver([kind, ...details]);
  const shown = new Map();
  const statuses = new Map();
  const entered = new Map();
  let frames = 0;
  tell('begin');

  function look(isFrame) {
    const here = location.pathname;
    const byId = new Map();
    const byText = new Map();
    for (const each of document.querySelectorAll('[data-client-id][data-direction=outbound]')) {
      const { clientId: id, status } = each.dataset;
      const [text] = TEXT.exec(each.textContent) ?? [''];
      byId.set(id, (byId.get(id) ?? 0) + 1);
      byText.set(text, (byText.get(text) ?? 0) + 1);
      shown.set(id, here);
      if (statuses.get(id) === status) continue;
      statuses.set(id, status);
      tell('status', id, status);
    }
    const wrong = [
      ...[...shown].filter(([id, where]) => where === here && byId.get(id) !== 1)
        .map(([id]) => `${byId.get(id) ?? 0} of ${id}`),
      ...[...byText].filter(([text, count]) => text && count > 1)
        .map(([text, count]) => `${count} of ${text}`),
      ...(isFrame ? [...entered].filter(([text, where]) => where === here && !byText.has(text))
        .map(([text]) => `none of ${text}`) : []),
    ];
    if (wrong.length > 0) tell('wrong', isFrame ? 'frame' : 'commit', here, wrong);
  }

  addEventListener('keydown', ({ key, target }) => {
    const [text] = (key === 'Enter' && TEXT.exec(target.value ?? '')) || [];
    if (text) entered.set(text, location.pathname);
  }, true);
  new MutationObserver(() => look(false)).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-client-id', 'data-status'],
  });
  const frame = () => {
    look(true);
    frames += 1;
    if (frames % 10 === 0) tell('frames', 10);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()"""

RANK = {"sending": 0, "unconfirmed": 0, "sent": 1, "delivered": 2, "read": 3}


class Observer:
    """What all pages of some contexts have shown. A page that begins knows what was shown anywhere before."""

    def __init__(self) -> None:
        self.frames = 0
        self.wrong: list[str] = []
        self.falls: list[str] = []
        self._greatest: Counter[str] = Counter()
        self._floors: dict[Page, Counter[str]] = {}

    async def watch(self, context: BrowserContext) -> None:
        """Every page of this context, from its first document on."""
        await context.expose_binding("tellObserver", self._hear)
        await context.add_init_script(SCRIPT)

    def _hear(self, source: dict[str, Any], news: list[Any]) -> None:
        kind, *details = news
        if kind == "begin":
            self._floors[source["page"]] = self._greatest.copy()
        elif kind == "frames":
            self.frames += details[0]
        elif kind == "wrong":
            self.wrong.append(f"{details[0]} at {details[1]}: {', '.join(details[2])}")
        else:
            self._see(self._floors[source["page"]], *details)

    def _see(self, floor: Counter[str], client_id: str, status: str) -> None:
        rank = RANK[status]
        if rank < floor[client_id]:
            self.falls.append(f"{client_id} fell to {status}")
        floor[client_id] = max(floor[client_id], rank)
        self._greatest[client_id] = max(self._greatest[client_id], rank)
