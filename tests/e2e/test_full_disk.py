"""The server's disk is full: the agent is told so under the message that waits, and it goes out once there is room."""

from pathlib import Path

from tests.e2e.conftest import INES, NewInbox
from tests.flow.test_full_disk import fill, small_disk
from tests.rig import Product

__all__ = ["small_disk"]

WORDS = "The server’s disk is full. Your text is kept and goes out once there is room"


async def test_a_message_that_waits_for_room_says_so_and_blames_no_network(
    small_disk: Path, product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    filler = fill(small_disk)
    await ana.write("Is there room for this?")
    bubble = ana.page.locator("[data-client-id]", has_text="Is there room for this?")
    await bubble.get_by_text(WORDS).wait_for()
    assert await bubble.get_by_text("Waiting for network").count() == 0
    assert await ana.page.locator("[data-connection=online]").count() == 1
    filler.unlink()
    await ana.until_bubble("Is there room for this?", "delivered")
    assert await ana.page.get_by_text(WORDS).count() == 0
    assert ana.errors == []
