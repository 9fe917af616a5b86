"""Every kind of message that a contact can send is drawn, and asks nobody but our server for anything.

FORTHWITH_GALLERY names a folder for the pictures.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.e2e.conftest import INES, Inbox, NewInbox
from tests.rig import Product

FOLDER = os.environ.get("FORTHWITH_GALLERY", "")
PLACE = {
    "latitude": 52.0907,
    "longitude": 5.1214,
    "name": "Canal bridge",
    "address": "North side",
}
YARA = {
    "name": {"formatted_name": "Yara Linde"},
    "org": {"company": "Linde Frames"},
    "phones": [{"phone": "+44 7700 900265", "type": "WORK"}],
    "emails": [{"email": "yara@demo.example"}],
    "urls": [{"url": "https://frames.example"}],
}
ORDER = {
    "catalog_id": "7",
    "product_items": [
        {"product_retailer_id": "Larch 54", "quantity": 1, "item_price": 1290, "currency": "GBP"},
        {"product_retailer_id": "Mudguards", "quantity": 2, "item_price": 34.5, "currency": "GBP"},
    ],
}
FORM = {
    "name": "flow",
    "body": "Sent",
    "response_json": '{"screen_0_Frame_size_0": "54", "screen_0_Day_1": "Friday"}',
}
ADVERT = {"headline": "Ride home", "body": "Service in a day.", "source_url": "https://ad.example"}
KINDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "location", "location": PLACE}, ["Canal bridge", "North side", "52.0907, 5.1214"]),
    ({"type": "contacts", "contacts": [YARA]}, ["Yara Linde", "Linde Frames", "+44 7700 900265"]),
    (
        {"type": "button", "button": {"text": "I will come today", "payload": "1"}},
        ["Answered with a button", "I will come today"],
    ),
    (
        {
            "type": "interactive",
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "b", "title": "The blue one"},
            },
        },
        ["Chosen from your list", "The blue one"],
    ),
    (
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": FORM}},
        ["Answers to a form", "Frame size", "54", "Friday"],
    ),
    ({"type": "order", "order": ORDER}, ["An order of 2 products", "£1,290.00", "£1,359.00"]),
    (
        {"text": {"body": "Can I get more on this?"}, "type": "text", "referral": ADVERT},
        ["Came from an advertisement", "Ride home", "Can I get more on this?"],
    ),
    (
        {"type": "text", "text": {"body": "Look"}, "context": {"forwarded": True}},
        ["Forwarded", "Look"],
    ),
    (
        {
            "type": "unsupported",
            "unsupported": {"type": "poll_creation"},
            "errors": [{"code": 131051}],
        },
        ["A poll, which WhatsApp does not hand on"],
    ),
    ({"type": "hologram", "hologram": {"body": "Boo"}}, ["not shown here yet (hologram)"]),
]


async def hands_over(product: Product, message: dict[str, Any]) -> None:
    """Ines sends this."""
    await product.emulator.control("POST", "inbound", {"from": INES, **message})


async def last_bubble(page: Page, count: int) -> Any:
    rows = page.locator("[data-client-id]")
    await page.wait_for_function(
        "count => document.querySelectorAll('[data-client-id]').length >= count", arg=count
    )
    return rows.last


async def opened(new_inbox: NewInbox, product: Product, **options: Any) -> Inbox:
    ana: Inbox = await new_inbox("Ana", **options)
    await ana.open(await (await product.sign_in("Ben")).conversation_of(INES))
    return ana


async def test_every_kind_is_drawn_with_its_own_words(
    new_inbox: NewInbox, product: Product
) -> None:
    ana = await opened(new_inbox, product)
    strangers: list[str] = []
    ana.page.on("request", lambda sent: strangers.append(sent.url))
    for number, (message, words) in enumerate(KINDS):
        await hands_over(product, message)
        bubble = await last_bubble(ana.page, number + 2)
        for each in words:
            await bubble.get_by_text(each).first.wait_for(timeout=5_000)
    assert [url for url in strangers if not url.startswith(product.public_url)] == []
    assert ana.errors == []


async def test_a_reaction_sits_on_its_message_and_leaves_again(
    new_inbox: NewInbox, product: Product
) -> None:
    ana = await opened(new_inbox, product)
    await ana.write("It is ready.")
    await ana.until_bubble("It is ready.", "delivered")
    (sent,) = await product.emulator.ledger()
    for emoji in ("👍", "🙏"):
        reaction = {"message_id": sent["wamid"], "emoji": emoji}
        await hands_over(product, {"type": "reaction", "reaction": reaction})
        await ana.page.wait_for_selector(f"[aria-label='Reactions: Ines Okafor: {emoji}']")
    reaction = {"message_id": sent["wamid"]}
    await hands_over(product, {"type": "reaction", "reaction": reaction})
    await ana.page.wait_for_selector("[aria-label^=Reactions]", state="detached")


async def test_an_answer_shows_what_it_answers_and_leads_there(
    new_inbox: NewInbox, product: Product
) -> None:
    ana = await opened(new_inbox, product)
    await ana.write("Which of the two?")
    await ana.until_bubble("Which of the two?", "delivered")
    (sent,) = await product.emulator.ledger()
    for number in range(40):
        await product.emulator.write(INES, f"Line {number}")
    answer = {"type": "text", "text": {"body": "The first"}, "context": {"id": sent["wamid"]}}
    await hands_over(product, answer)
    quote = ana.page.get_by_role("button", name="Answers Ana: Which of the two?")
    await quote.click()
    row = ana.page.locator(f"[data-row='{sent['opaque'].partition('#')[0]}']")
    await row.wait_for()
    box = await row.bounding_box()
    assert box is not None
    assert 60 < box["y"] < 300, "near the top, under the header"
    assert await row.get_attribute("data-found") is not None


@pytest.mark.skipif(not FOLDER, reason="pictures are made on demand: FORTHWITH_GALLERY")
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_gallery(new_inbox: NewInbox, product: Product, width: int, scheme: str) -> None:
    for message, _ in KINDS:
        await hands_over(product, message)
    ana = await opened(
        new_inbox, product, color_scheme=scheme, viewport={"width": width, "height": 1_900}
    )
    await ana.write("It is ready.")
    await ana.until_bubble("It is ready.", "delivered")
    (sent,) = await product.emulator.ledger()
    await hands_over(
        product, {"type": "reaction", "reaction": {"message_id": sent["wamid"], "emoji": "👍"}}
    )
    await hands_over(
        product, {"type": "text", "text": {"body": "Lovely"}, "context": {"id": sent["wamid"]}}
    )
    await ana.until_bubble("Lovely", "received")
    await ana.page.screenshot(path=Path(FOLDER) / f"kinds-{scheme}-{width}.png")
