"""One suite, two providers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.contract.provider import Provider, cloud_api, missing
from tests.emulator.conftest import INES, Receiver, emulator, receiver
from whatsapp_emulator.testing import PHONE_NUMBER_ID, TOKEN, RunningEmulator

__all__ = ["emulator", "receiver"]


@pytest.fixture(params=["emulator", "cloud_api"])
async def provider(
    request: pytest.FixtureRequest, emulator: RunningEmulator, receiver: Receiver
) -> AsyncIterator[Provider]:
    """The emulator, and the real Cloud API if the environment names one."""
    async with aiohttp.ClientSession() as http:
        if request.param == "cloud_api":
            if missing():
                pytest.skip(f"the real Cloud API is not asked: {', '.join(missing())} not set")
            yield cloud_api(http)
            return

        async def statuses() -> list[dict[str, Any]]:
            return receiver.statuses

        yield Provider(
            http=http,
            url=emulator.url,
            token=TOKEN,
            phone_number_id=PHONE_NUMBER_ID,
            contact=INES,
            inbound_wamid=await emulator.write(INES, "Are you there?"),
            statuses=statuses,
        )
