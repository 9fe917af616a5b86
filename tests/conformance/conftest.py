"""Clients of other people, aimed at an emulator that has a receiver of webhooks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa_async import WhatsApp

from tests.emulator.conftest import emulator, receiver
from whatsapp_emulator.testing import (
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    TOKEN,
    VERIFY_TOKEN,
    RunningEmulator,
)

__all__ = ["emulator", "receiver"]

HERE = Path(__file__).parent
NODE = Path(sys.executable).with_name("node")
ANSWER_SECONDS = 20.0


class ClientError(Exception):
    """What an npm client threw: its fields, as far as they can be told in JSON."""

    def __init__(self, thrown: dict[str, Any]) -> None:
        super().__init__(json.dumps(thrown))
        self.thrown = thrown


@dataclass
class NpmClients:
    """The clients of ``clients.mjs``, aimed at one emulator."""

    process: subprocess.Popen[str]
    url: str

    async def call(self, client: str, call: str, given: Any = None) -> Any:
        """One call; its result, or ``ClientError``."""
        asked = {"url": self.url, "token": TOKEN, "client": client, "call": call, "input": given}
        async with asyncio.timeout(ANSWER_SECONDS):
            # In a thread: the emulator that answers the call runs in this loop.
            answer = json.loads(await asyncio.to_thread(self._exchange, json.dumps(asked)))
        if "error" in answer:
            raise ClientError(answer["error"])
        return answer["result"]

    def _exchange(self, line: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    async def kapso(self, call: str, **given: Any) -> Any:
        """A call of kapso's client, with the ids that every call of its kind needs."""
        scope = "businessAccountId" if call.startswith("templates.") else "phoneNumberId"
        number = BUSINESS_ACCOUNT_ID if call.startswith("templates.") else PHONE_NUMBER_ID
        return await self.call("kapso", call, {scope: number, **given})


@pytest.fixture(scope="session")
def npm_process() -> Iterator[subprocess.Popen[str]]:
    """Node with the clients loaded: one for all tests, since loading takes a second."""
    command = [NODE, HERE / "clients.mjs"]
    with subprocess.Popen(
        command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


@pytest.fixture
def npm(npm_process: subprocess.Popen[str], emulator: RunningEmulator) -> NpmClients:
    """The npm clients, aimed at the test's emulator."""
    return NpmClients(npm_process, emulator.url)


@pytest.fixture
async def wa(emulator: RunningEmulator) -> AsyncIterator[WhatsApp]:
    """A client whose base URL is set after it was made: the constructor overwrites it."""
    session = httpx.AsyncClient(trust_env=False)
    client = WhatsApp(
        phone_id=PHONE_NUMBER_ID,
        token=TOKEN,
        waba_id=BUSINESS_ACCOUNT_ID,
        session=session,
        server=None,
        verify_token=VERIFY_TOKEN,
        app_secret=APP_SECRET,
    )
    session.base_url = f"{emulator.url}/v26.0"
    yield client
    await session.aclose()
