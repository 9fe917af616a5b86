"""A real Chromium whose line to the real server goes through a proxy that breaks it."""

import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.conftest import browser as browser
from tests.network.proxy import Proxy, running_proxy
from tests.rig import Product, running_product
from tests.servers import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "network" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def seed() -> int:
    """What chance begins with; printed, and given again by FORTHWITH_SEED."""
    chosen = int(os.environ.get("FORTHWITH_SEED") or random.randrange(2**32))
    print(f"FORTHWITH_SEED={chosen}")
    return chosen


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    """Two agents; browsers reach the server by another port, where the proxy listens."""
    public_url = f"http://127.0.0.1:{free_port()}"
    async with running_product(tmp_path, "Ana", "Ben", public_url=public_url) as running:
        yield running


@pytest.fixture
async def proxy(product: Product, seed: int) -> AsyncIterator[Proxy]:
    """The line of all browsers, fair until the test orders otherwise."""
    port = int(product.public_url.rpartition(":")[2])
    async with running_proxy(port, product.port, seed) as running:
        yield running
