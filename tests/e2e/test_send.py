"""Enter, and what the agent sees until the message is read: in real frames of a real Chromium (G1, G3, G4)."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import INES, Inbox, NewInbox
from tests.e2e.history import write_history
from tests.rig import Product, running_product

SENDS = int(os.environ.get("FORTHWITH_SENDS", "100"))

# For each Enter: a raw-DOM control element appended by a capture-phase listener of the same key event, the Element
# Timing of both, the identity of the bubble's node, and the place of every visible row in every frame until `read`.
WATCH = """() => {
  const paints = new Map();
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) paints.set(entry.identifier, entry.renderTime);
  }).observe({type: 'element', buffered: true});
  const board = document.createElement('div');
  board.style.cssText = 'position:fixed;inset-block-start:0;inset-inline-start:0;z-index:9;pointer-events:none';
  document.body.append(board);
  window.watched = {paints, count: 0, moved: [], nodes: new Map()};
  addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.target instanceof HTMLTextAreaElement)) return;
    const control = document.createElement('div');
    control.setAttribute('elementtiming', `control-${++window.watched.count}`);
    control.textContent = `control ${window.watched.count}`;
    board.replaceChildren(control);
  }, true);
}"""

SEND = """async text => {
  const field = document.querySelector('[data-composer] textarea');
  field.focus();
  const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
  setter.call(field, text);
  field.dispatchEvent(new Event('input', {bubbles: true}));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
}"""

FOLLOW = """async ([text, number]) => {
  const mine = () => [...document.querySelectorAll('[data-client-id]')]
    .filter(each => each.dataset.direction === 'outbound' && each.textContent.includes(text));
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const deadline = performance.now() + 15000;
  const statuses = [];
  let first = null, before = null, moved = 0, most = 0, nodes = 0;
  while (performance.now() < deadline) {
    const found = mine();
    most = Math.max(most, found.length);
    if (found.length) {
      if (first === null) { first = found[0]; nodes = 1; }
      else if (first !== found[0]) { first = found[0]; nodes += 1; }
      const places = new Map([...document.querySelectorAll('[data-client-id]')]
        .map(each => [each.dataset.clientId, each.getBoundingClientRect()]));
      if (before !== null) for (const [id, box] of places) {
        const earlier = before.get(id);
        if (earlier) moved = Math.max(moved, Math.abs(box.top - earlier.top), Math.abs(box.left - earlier.left),
          Math.abs(box.width - earlier.width), Math.abs(box.height - earlier.height));
      }
      before = places;
      const status = found[0].dataset.status;
      if (statuses.at(-1) !== status) statuses.push(status);
      if (status === 'read') break;
    }
    await frame();
  }
  await new Promise(done => setTimeout(done, 60));
  const id = first?.dataset.clientId;
  return {id, statuses, nodes, most, moved, connected: first?.isConnected ?? false,
    paint: window.watched.paints.get(id), control: window.watched.paints.get(`control-${number}`)};
}"""


async def send_and_follow(inbox: Inbox, number: int) -> dict[str, Any]:
    """One Enter by a real key press, followed frame by frame."""
    text = f"Send number {number:04} of many"
    await inbox.page.evaluate(SEND, text)
    following = asyncio.create_task(inbox.page.evaluate(FOLLOW, [text, number]))
    await inbox.page.keyboard.press("Enter")
    seen: dict[str, Any] = await following
    return seen


@pytest.mark.parametrize("length", [100, 10_000])
async def test_every_send_is_painted_in_the_frame_of_its_key_and_never_moves(
    length: int, tmp_path: Path, browser: Browser
) -> None:
    ids: list[str] = []

    async def prepare(product: Product) -> None:
        ids.append(await write_history(tmp_path / "data", INES, "Ines Okafor", length))

    async with running_product(tmp_path, "Ana", prepare=prepare) as product:
        await product.emulator.contact(INES, name="Ines Okafor", device="online-open")
        await product.emulator.write(INES, "Are you there?")
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        inbox = Inbox(await context.new_page(), product)
        await inbox.sign_in("Ana")
        await inbox.open(ids[0])
        await inbox.until_bubble("Are you there?", "received")
        await inbox.page.evaluate(WATCH)
        results = [await send_and_follow(inbox, number) for number in range(1, SENDS + 1)]
        await context.close()
    same_frame = sum(each["paint"] == each["control"] is not None for each in results)
    print(
        f"{length} messages: {same_frame} of {SENDS} in the first frame, "
        f"moved at most {max(each['moved'] for each in results)} px, "
        f"nodes {max(each['nodes'] for each in results)}, "
        f"bubbles at once {max(each['most'] for each in results)}"
    )
    order = ["sending", "sent", "delivered", "read"]
    for each in results:
        assert each["statuses"][-1] == "read", each
        assert each["statuses"] == [status for status in order if status in each["statuses"]], each
        assert (each["nodes"], each["most"], each["connected"]) == (1, 1, True), each
        assert each["moved"] == 0, each
    assert same_frame == SENDS


async def test_status_goes_from_sending_to_read_without_a_reload(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    await product.emulator.control("PUT", "pace", {"scale": 1.0})
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    await ana.write("It is, the last one.")
    for status in ("sending", "sent", "delivered"):
        await ana.until_bubble("It is, the last one.", status)
    await product.emulator.control("POST", f"contacts/{INES}/read")
    await ana.until_bubble("It is, the last one.", "read")
    assert ana.errors == []
