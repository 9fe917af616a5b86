"""The debugging doors of protocol §6, as administrators know them."""

import re

from tests.e2e.conftest import INES, NewInbox
from tests.rig import Product


async def test_the_test_message_resolves_with_its_figures_and_the_console_has_its_sequence(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    ana.console.clear()
    figures = await ana.page.evaluate("window.testOptimisticMessage('A secret text')")
    assert re.fullmatch(r"optimistic-[0-9]{13}-[A-Za-z0-9_-]{16,64}", figures["clientId"])
    assert figures["nodeSurvived"] is True
    assert figures["maxShiftPx"] == 0
    assert 0 < figures["paintMs"] < figures["confirmedMs"]
    assert figures["acceptedMs"] > 0
    print(figures)
    await ana.until_bubble("A secret text", "delivered")
    mine = [line for line in ana.console if figures["clientId"] in line]
    tags = [line.split("]")[0] + "]" for line in mine]
    assert tags[0] == "🚀 [OPTIMISTIC]"
    assert "✅ [MESSAGE]" in tags
    assert "🔔 [WEBSOCKET]" in tags
    assert "🔍 [OPTIMISTIC]" in tags
    assert not any("secret" in line for line in ana.console)
    assert await ana.page.evaluate("window.lastOptimisticMessageId") == figures["clientId"]
    await ana.until("() => window.optimisticMessageIds.length === 0")


async def test_a_refusal_ends_the_sequence_with_a_cross(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    await product.emulator.faults({"do": {"action": "error", "code": 131026}, "times": 1})
    await ana.write("Nobody there")
    await ana.until(
        "() => document.querySelector('[data-composer] textarea').value === 'Nobody there'"
    )
    assert any(line.startswith("❌ [MESSAGE]") for line in ana.console)
