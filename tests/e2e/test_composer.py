"""Which Enter sends: not one of an input method, and once however often the key speaks (R1, R16)."""

from playwright.async_api import CDPSession, Page

from tests.e2e.conftest import INES, Inbox, NewInbox
from tests.rig import Product, eventually

# Safari ends the composition before the Enter that ended it: both in one task, isComposing already false.
SAFARI_ORDER = """field => {
  field.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true, data: '日本'}));
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 13, bubbles: true, cancelable: true}));
}"""

TWICE_IN_ONE_FRAME = """field => {
  for (let n = 0; n < 2; n++)
    field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
}"""

BUBBLES = "() => document.querySelectorAll('[data-direction=outbound]').length"


async def press_enter(keyboard: CDPSession, code: int = 13, times: int = 1) -> None:
    """A key of the machine; more than once: it is held and repeats itself."""
    for number in range(times):
        await keyboard.send(
            "Input.dispatchKeyEvent",
            {
                "type": "keyDown",
                "key": "Enter",
                "code": "Enter",
                "windowsVirtualKeyCode": code,
                "autoRepeat": number > 0,
            },
        )
    await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Enter"})


async def two_frames(page: Page) -> None:
    """Whatever the last key did has been drawn."""
    await page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


async def opened(product: Product, inbox: Inbox) -> CDPSession:
    session = await product.sign_in("Ana")
    await inbox.open(await session.conversation_of(INES))
    await inbox.page.focus("[data-composer] textarea")
    return await inbox.page.context.new_cdp_session(inbox.page)


async def test_the_enter_of_an_input_method_sends_nothing(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    keyboard = await opened(product, ana)
    composing = {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    await keyboard.send("Input.imeSetComposition", composing)
    await press_enter(keyboard)
    await two_frames(ana.page)
    assert await ana.page.evaluate(BUBBLES) == 0
    assert "にほん" in await ana.composer_text()

    await ana.page.fill("[data-composer] textarea", "日本")
    await press_enter(keyboard, code=229)
    await ana.page.eval_on_selector("[data-composer] textarea", SAFARI_ORDER)
    await two_frames(ana.page)
    assert await ana.page.evaluate(BUBBLES) == 0
    assert (await ana.composer_text()).strip() == "日本"

    await ana.page.wait_for_timeout(50)  # longer than an input method takes to end
    await press_enter(keyboard)
    await ana.until_bubble("日本", "delivered")
    assert len(await product.emulator.ledger(to=INES)) == 1


async def test_enter_held_or_twice_in_one_frame_sends_once(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    keyboard = await opened(product, ana)
    await ana.write("Held", enter=False)
    await press_enter(keyboard, times=20)
    await ana.until_bubble("Held", "delivered")
    await ana.write("A word typed while the key is still down", enter=False)
    await keyboard.send(
        "Input.dispatchKeyEvent",
        {
            "type": "keyDown",
            "key": "Enter",
            "windowsVirtualKeyCode": 13,
            "autoRepeat": True,
        },
    )
    await two_frames(ana.page)
    assert await ana.composer_text() == "A word typed while the key is still down"

    await ana.write("Twice", enter=False)
    await ana.page.eval_on_selector("[data-composer] textarea", TWICE_IN_ONE_FRAME)
    await ana.until_bubble("Twice", "delivered")

    async def settled() -> bool:
        return len(await product.emulator.ledger(to=INES)) == 2

    await eventually(settled)
    assert await ana.page.evaluate(BUBBLES) == 2
    assert await ana.composer_text() == ""
