"""The stage of the numbered fault scenarios: what stands in front of every test of this folder."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import INES, TOMAS
from tests.e2e.history import write_history
from tests.e2e.scenarios.gate import Gate
from tests.e2e.scenarios.scene import Scene
from tests.rig import Product, running_product
from tests.servers import free_port

NewScene = Callable[..., Awaitable[Scene]]


@pytest.fixture
async def new_scene(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[NewScene]:
    """`await new_scene("Ben", outcome_wait_seconds="20")`: Ana and these agents, two contacts who have each written once.

    `history`: so many messages in Ines's conversation before. `refused`: nobody answers at WhatsApp's address yet.
    """
    number = int(re.findall(r"scenario_(\d+)", request.node.name)[0])
    async with AsyncExitStack() as closing:

        async def make(
            *agents: str, history: int = 0, refused: bool = False, **settings: str
        ) -> Scene:
            gates: list[Gate] = []

            async def prepare(product: Product) -> None:
                graph = urlsplit(product.emulator.url)
                gate = Gate(free_port(), graph.port or 0)
                if not refused:
                    await gate.open()
                closing.push_async_callback(gate.refuse)
                gates.append(gate)
                product.environment["FORTHWITH_GRAPH_URL"] = f"http://127.0.0.1:{gate.port}"
                if history:
                    await write_history(product.folder / "data", INES, "Ines Okafor", history)

            own = {"debug": "true", "outcome_wait_seconds": "2", "graph_timeout_seconds": "4"}
            product = await closing.enter_async_context(
                running_product(tmp_path, "Ana", *agents, prepare=prepare, **{**own, **settings})
            )
            emulator = product.emulator
            await emulator.contact(TOMAS, name="Tomás Verhey", device="online", bsuid="GB.226")
            await emulator.write(TOMAS, "Hello, I saw two Larches in your window")
            await emulator.contact(INES, name="Ines Okafor", device="online", bsuid="GB.318")
            await emulator.write(INES, "Is the blue one still in the shop?")
            session = await product.sign_in("Ana")
            ines, tomas = [await session.conversation_of(each) for each in (INES, TOMAS)]
            return Scene(number, product, browser, session, gates[0], ines, tomas, closing)

        yield make
