"""The stage of the differential runs: set up once, played on many times."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from tests.differential.stage import Stage
from tests.e2e.conftest import browser as browser
from tests.e2e.scenarios.gate import Gate
from tests.network.conftest import seed as seed
from tests.network.proxy import running_proxy
from tests.nursery import running_nursery
from tests.rig import Product, running_product
from tests.servers import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is played on the stage drives a browser."""
    for item in items:
        if "stage" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
async def stage(tmp_path: Path, browser: Browser, seed: int) -> AsyncIterator[Stage]:
    """Server, WhatsApp, the lines before and behind the server, and a browser."""
    port = free_port()
    gates: list[Gate] = []
    async with running_nursery() as nursery:

        async def prepare(product: Product) -> None:
            product.nursery = nursery
            gates.append(Gate(free_port(), urlsplit(product.emulator.url).port or 0))
            await gates[0].open()
            product.environment["FORTHWITH_GRAPH_URL"] = f"http://127.0.0.1:{gates[0].port}"

        async with (
            running_product(
                tmp_path,
                "Ana",
                "Ben",
                prepare=prepare,
                public_url=f"http://127.0.0.1:{port}",
                outcome_wait_seconds="2",
                graph_timeout_seconds="2",
            ) as product,
            running_proxy(port, product.port, seed) as proxy,
        ):
            sessions = {"ana": await product.sign_in("Ana"), "ben": await product.sign_in("Ben")}
            yield Stage(product, proxy, gates[0], browser, sessions)
            await gates[0].refuse()
