"""Files by the rules of text: on screen at Enter, uploaded behind it, never lost, never blinking (G1, G3, G5, G8)."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Route

from tests import media_samples
from tests.e2e.conftest import INES, Inbox, NewInbox
from tests.e2e.files import UPLOADS, bring, choose, document, photo, until_ready
from tests.rig import Product

# In every frame until `read`: the bubble's node, the place of every row, and whether a picture is to be seen in it.
FOLLOW = """async caption => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const mine = () => [...document.querySelectorAll('[data-client-id][data-direction=outbound]')]
    .filter(each => each.textContent.includes(caption));
  const seen = {nodes: 0, most: 0, moved: 0, blank: 0, frames: 0, statuses: [], sources: []};
  let node = null, before = null;
  for (const end = performance.now() + 20000; performance.now() < end;) {
    const [found, ...others] = mine();
    if (found) {
      seen.frames += 1;
      seen.most = Math.max(seen.most, 1 + others.length);
      if (found !== node) { node = found; seen.nodes += 1; }
      const places = new Map([...document.querySelectorAll('[data-client-id]')]
        .map(each => [each.id, each.getBoundingClientRect()]));
      for (const [id, box] of places) {
        const was = before?.get(id);
        if (was) seen.moved = Math.max(seen.moved, ...['top', 'left', 'width', 'height'].map(
          side => Math.abs(box[side] - was[side])));
      }
      before = places;
      const shown = [...found.querySelectorAll('img')].filter(each =>
        each.complete && each.naturalWidth > 0 && getComputedStyle(each).opacity !== '0');
      if (!shown.length) seen.blank += 1;
      for (const each of shown) {
        const kind = each.src.split(':')[0] === 'blob' ? 'local' : 'server';
        if (!seen.sources.includes(kind)) seen.sources.push(kind);
      }
      const status = found.dataset.status;
      if (seen.statuses.at(-1) !== status) seen.statuses.push(status);
      const isReplaced = shown.length === 1 && shown[0].src.startsWith('http');
      if (status === 'read' && isReplaced) break;
    }
    await frame();
  }
  return seen;
}"""


@pytest.fixture
async def ana(product: Product, new_inbox: NewInbox) -> Inbox:
    """Ana, with Ines's conversation open; Ines reads what comes."""
    await product.emulator.contact(INES, name="Ines Okafor", device="online-open", bsuid="GB.318")
    inbox: Inbox = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await inbox.open(await session.conversation_of(INES))
    return inbox


async def types_of(product: Product) -> list[str]:
    """What WhatsApp has accepted, in its order."""
    return [entry["type"] for entry in await product.emulator.ledger(to=INES)]


async def hold_uploads(inbox: Inbox) -> asyncio.Event:
    """Uploads wait until this is set."""
    gate = asyncio.Event()

    async def wait(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await inbox.page.route(UPLOADS, wait)
    return gate


async def test_a_photo_is_one_bubble_that_neither_moves_nor_blinks_from_enter_to_read(
    ana: Inbox,
) -> None:
    await choose(ana, photo())
    await ana.write("This hub clicks", enter=False)
    following = asyncio.create_task(ana.page.evaluate(FOLLOW, "This hub clicks"))
    await ana.page.keyboard.press("Enter")
    seen: dict[str, Any] = await following
    print(f"photo: moved {seen['moved']} px, nodes {seen['nodes']}, blank frames {seen['blank']}")
    assert seen["statuses"][0] == "sending", seen
    assert seen["statuses"][-1] == "read", seen
    assert (seen["nodes"], seen["most"], seen["moved"], seen["blank"]) == (1, 1, 0, 0), seen
    assert seen["sources"] == ["local", "server"], seen
    assert ana.errors == []


async def test_a_reload_in_the_middle_of_an_upload_keeps_bubble_order_and_upload(
    product: Product, ana: Inbox
) -> None:
    await hold_uploads(ana)
    await choose(ana, photo())
    await ana.write("Reloaded")
    await ana.write("The text behind it")
    await ana.page.wait_for_selector("[data-upload]")
    await ana.page.unroute(UPLOADS)
    gate = await hold_uploads(ana)
    await ana.page.reload()
    await ana.page.wait_for_selector("[data-upload]")
    own = "[...document.querySelectorAll('[data-direction=outbound]')].map(each => each.innerText)"
    texts = await ana.page.evaluate(own)
    assert ["Reloaded" in texts[0], "The text behind it" in texts[1], len(texts)] == [True, True, 2]
    assert await ana.page.evaluate("document.querySelector('[data-media] img').naturalWidth") == 800
    gate.set()
    await ana.until_bubble("The text behind it", "read")
    await ana.until_bubble("Reloaded", "read")
    assert await types_of(product) == ["image", "text"]


async def test_a_stopped_upload_lies_in_the_tray_and_goes_out_on_retry(
    product: Product, ana: Inbox
) -> None:
    gate = await hold_uploads(ana)
    await choose(ana, photo())
    await ana.write("Wait, not this one")
    await ana.write("A text goes on")
    await ana.page.click("[data-upload]")
    await ana.page.wait_for_selector("[data-unsent] img")
    await ana.until_bubble("A text goes on", "read")
    assert await types_of(product) == ["text"]
    assert await ana.composer_text() == ""
    gate.set()
    await ana.page.click("[data-unsent] button:text('Retry')")
    await ana.until_bubble("Wait, not this one", "read")
    assert await types_of(product) == ["text", "image"]


async def test_what_whatsapp_does_not_take_is_refused_before_enter_with_the_limit_named(
    ana: Inbox,
) -> None:
    uploads: list[str] = []
    ana.page.on("request", lambda request: uploads.append(request.url))
    film = {"name": "holiday.mp4", "mimeType": "video/mp4", "buffer": bytes(17_000_000)}
    await choose(ana, film, {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}, ready=0)
    await ana.until("() => document.querySelectorAll('[data-refused]').length === 2")
    words = await ana.page.inner_text("[aria-label='Files to send']")
    assert "holiday.mp4: This video is larger than 16 MB" in words
    assert "This file is empty" in words
    assert await ana.page.is_disabled("[aria-label=Send]")
    assert not [url for url in uploads if url.endswith("/api/media")]


async def test_a_file_the_server_refuses_waits_in_the_tray_with_its_reason(
    product: Product, ana: Inbox
) -> None:
    await choose(ana, {"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"no song" * 2_000})
    await ana.page.press("[data-composer] textarea", "Enter")
    await ana.page.wait_for_selector("[data-unsent]")
    words = await ana.page.inner_text("[data-unsent]")
    assert "damaged" in words or "does not take" in words, words
    await ana.page.click("[data-unsent] button:text('Discard')")
    await ana.page.wait_for_selector("[data-unsent]", state="detached")
    assert await types_of(product) == []


async def test_several_files_go_out_in_their_order_with_one_caption(
    product: Product, ana: Inbox
) -> None:
    await choose(ana, photo(), photo((500, 700), "tall.webp", "WEBP"), document())
    assert await ana.page.get_attribute("textarea", "placeholder") == "Add a caption"
    await ana.write("Both pictures and the card")
    await ana.until(
        "() => document.querySelectorAll('[data-direction=outbound][data-status=read]').length === 3"
    )
    assert await types_of(product) == ["image", "image", "document"]
    session = await product.sign_in("Ana")
    rows = (await session.messages(await session.conversation_of(INES)))[-3:]
    assert [row["text_content"] for row in rows] == ["Both pictures and the card", "", ""]
    assert [row["media"]["mime_type"] for row in rows][:2] == ["image/jpeg", "image/jpeg"]
    assert rows[2]["media"]["filename"] == "warranty-card.pdf"


@pytest.mark.parametrize("how", ["drop", "paste"])
async def test_files_come_by_drop_and_paste_too(product: Product, ana: Inbox, how: str) -> None:
    await bring(ana, photo((300, 200)), how)
    await until_ready(ana, 1)
    await ana.page.press("[data-composer] textarea", "Enter")
    await ana.page.wait_for_selector("[data-direction=outbound][data-status=read]")
    assert await types_of(product) == ["image"]


async def test_of_two_tabs_one_uploads_and_both_show_the_bubble(
    product: Product, ana: Inbox
) -> None:
    gate = await hold_uploads(ana)
    other = Inbox(await ana.page.context.new_page(), product)
    await other.open(ana.page.url.rpartition("/")[2])
    uploads: list[str] = []
    for each in (ana, other):
        each.page.on("request", lambda request: uploads.append(request.url))
    await ana.page.bring_to_front()
    await choose(ana, photo())
    await ana.write("Once")
    for each in (ana, other):
        await each.until("() => document.querySelector('[data-media] img')?.naturalWidth === 800")
    gate.set()
    for each in (ana, other):
        await each.until_bubble("Once", "read")
    assert len([url for url in uploads if url.endswith("/api/media")]) == 1
    assert await types_of(product) == ["image"]


async def test_more_than_200_mb_of_files_are_refused_before_enter(ana: Inbox) -> None:
    await ana.page.evaluate(
        """() => new Promise((done, failed) => {
             const opening = indexedDB.open('forthwith-outbox');
             opening.onerror = failed;
             opening.onsuccess = () => {
               const transaction = opening.result.transaction('files', 'readwrite');
               transaction.objectStore('files').put(
                 {id: 'old', agentId: 'somebody', page: 'p', size: 199_999_000, bytes: new Blob(['x'])});
               transaction.oncomplete = () => { opening.result.close(); done(); };
             };
           })"""
    )
    await choose(ana, document(size=3_000), ready=0)
    await ana.page.wait_for_selector("[data-refused]")
    assert "Files of 200 MB wait" in await ana.page.inner_text("[data-refused]")
    assert await ana.page.is_disabled("[aria-label=Send]")


async def received(product: Product, kind: str, content: bytes, mime_type: str, **more: Any) -> str:
    """A contact sends a file; its name at WhatsApp."""
    emulator = product.emulator
    head, named = {"Content-Type": mime_type}, {"filename": "warranty-card.pdf"}
    async with emulator.http.post(
        f"{emulator.url}/_control/media", data=content, headers=head, params=named
    ) as answer:
        name = str((await answer.json())["id"])
    body = {"from": INES, "type": kind, kind: {"id": name, **more}}
    await emulator.control("POST", "inbound", body)
    return name


async def test_what_contacts_send_is_drawn_each_kind_in_its_own_way(
    product: Product, ana: Inbox
) -> None:
    await received(product, "image", photo()["buffer"], "image/jpeg", caption="My hub")
    await received(product, "audio", media_samples.voice_note(34), "audio/ogg", voice=True)
    await received(product, "document", document()["buffer"], "application/pdf")
    sticker = media_samples.picture("WEBP", (512, 512), colour="#b3538b")
    await received(product, "sticker", sticker, "image/webp")
    await received(product, "video", media_samples.film(12, (640, 360)), "video/mp4")
    await ana.until("() => document.querySelectorAll('[data-media]').length === 5")
    await ana.until("() => document.querySelector('[data-media=image] img')?.naturalWidth === 800")
    await ana.page.wait_for_selector("[data-media=video] video")
    drawn = "[...document.querySelectorAll('[data-media]')].map(each => each.innerText)"
    words = await ana.page.evaluate(drawn)
    assert "0:34" in words[1]
    assert "warranty-card.pdf" in words[2]
    async with ana.page.expect_download() as download:
        await ana.page.click("[data-media=document] a")
    assert (await download.value).suggested_filename == "warranty-card.pdf"
    assert ana.errors == []


async def test_a_photo_that_is_on_its_way_from_whatsapp_is_named_until_it_is_here(
    product: Product, ana: Inbox
) -> None:
    await product.emulator.faults(
        {"match": {"kind": "download"}, "do": {"action": "hang"}, "times": 1}
    )
    await received(product, "image", photo()["buffer"], "image/jpeg")
    await ana.page.wait_for_selector("text=Photo on its way from WhatsApp")
    await ana.until(
        "() => document.querySelector('[data-media=image] img')?.naturalWidth === 800",
        timeout_ms=30_000,
    )


async def test_the_lightbox_turns_by_arrows_zooms_and_gives_the_focus_back(
    product: Product, ana: Inbox
) -> None:
    for caption in ("First", "Second"):
        await received(product, "image", photo()["buffer"], "image/jpeg", caption=caption)
    await ana.until("() => document.querySelectorAll('[data-picture]').length === 2")
    await ana.page.focus("[data-picture]")
    await ana.page.keyboard.press("Enter")
    assert await ana.page.get_attribute("dialog[open]", "aria-label") == "Photo 1 of 2"
    await ana.page.keyboard.press("ArrowRight")
    await ana.page.wait_for_selector("dialog[aria-label='Photo 2 of 2']")
    assert "Second" in await ana.page.inner_text("dialog")
    await ana.page.keyboard.press("ArrowRight")
    await ana.page.keyboard.press("+")
    await ana.until("() => document.querySelector('dialog img').style.transform.includes('1.5')")
    await ana.page.keyboard.press("ArrowLeft")
    await ana.page.wait_for_selector("dialog[aria-label='Photo 1 of 2']")
    assert "scale(1)" in str(await ana.page.get_attribute("dialog img", "style"))
    await ana.page.keyboard.press("Escape")
    await ana.page.wait_for_selector("dialog", state="detached")
    assert await ana.page.evaluate("document.activeElement.dataset.picture !== undefined")
