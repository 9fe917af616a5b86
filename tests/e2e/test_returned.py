"""A message that cannot be sent leaves the thread by itself, and its text is never lost (R19; G8)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.e2e.conftest import INES, TOMAS, NewInbox
from tests.rig import Product

REFUSED = {"do": {"action": "error", "code": 131047}, "times": 1}
SLOWLY_REFUSED = {"do": {"action": "fail", "code": 131047}, "times": 1}


@asynccontextmanager
async def refused_only_now(product: Product, times: int = 1) -> AsyncIterator[None]:
    """What is sent within is refused when the block ends: an empty composer must not take it back before."""
    await product.emulator.faults({**SLOWLY_REFUSED, "times": times})
    await product.emulator.aim_webhooks(None)
    yield
    await product.emulator.aim_webhooks(f"{product.url}/webhooks/whatsapp")


async def test_a_refused_text_is_back_in_the_empty_composer_with_its_reason(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    await product.emulator.faults(REFUSED)
    await ana.write("Your bike is ready")
    await ana.until(
        "() => document.querySelector('[data-composer] textarea').value === 'Your bike is ready'"
    )
    await ana.until(
        "() => ![...document.querySelectorAll('[data-client-id]')].some(each => each.textContent.includes('Your bike is ready'))"
    )
    words = await ana.page.inner_text("body")
    assert "24" in words or "window" in words.lower()
    assert (await session.conversations())[0]["unsent_count"] == 0


async def test_a_refused_text_waits_in_the_tray_when_the_composer_is_busy(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    async with refused_only_now(product):
        await ana.write("The blue one is 649 euros")
        await ana.write("And the mudguards fit", enter=False)
    await ana.page.wait_for_selector("[data-unsent]")
    assert await ana.composer_text() == "And the mudguards fit"
    tray = await ana.page.inner_text("[data-unsent]")
    assert "The blue one is 649 euros" in tray
    assert await ana.bubbles("The blue one is 649 euros") == []


async def test_another_conversation_is_untouched_by_a_text_that_comes_back(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    ines, tomas = [await session.conversation_of(each) for each in (INES, TOMAS)]
    await ana.open(ines)
    await product.emulator.faults(SLOWLY_REFUSED)
    await ana.write("For Ines only")
    await ana.page.click(f"[data-conversation-id='{tomas}']")
    await ana.until("id => location.pathname.endsWith(id)", tomas)
    await ana.write("Typed for Tomás", enter=False)
    await ana.until(
        "row => /unsent/i.test(document.querySelector(row).innerText) || /draft/i.test(document.querySelector(row).innerText)",
        f"[data-conversation-id='{ines}']",
    )
    assert await ana.composer_text() == "Typed for Tomás"
    await ana.page.click(f"[data-conversation-id='{ines}']")
    await ana.until(
        "() => document.body.innerText.includes('For Ines only') || "
        "document.querySelector('[data-composer] textarea').value === 'For Ines only'"
    )


async def test_both_agents_see_the_tray_and_one_discards_for_both(
    product: Product, new_inbox: NewInbox
) -> None:
    ana, ben = await new_inbox("Ana"), await new_inbox("Ben")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    await ben.open(conversation_id)
    async with refused_only_now(product):
        await ana.write("Not delivered")
        await ana.write("busy", enter=False)
    for inbox in (ana, ben):
        await inbox.page.wait_for_selector("[data-unsent]")
    await ben.page.click("[data-unsent] >> text=Discard")
    for inbox in (ana, ben):
        await inbox.until("() => document.querySelector('[data-unsent]') === null")
