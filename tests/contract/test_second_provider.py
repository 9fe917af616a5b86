"""The suite's other half runs: with the environment of a real Cloud API that is an emulator as well."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.emulator.conftest import INES, Receiver
from whatsapp_emulator.testing import PHONE_NUMBER_ID, TOKEN, RunningEmulator

SUITE = Path(__file__).with_name("test_contract.py")


async def run_suite(**environment: str) -> str:
    """What pytest says of the half that asks the provider of the environment."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CLOUD_API")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-k", "cloud_api", "-p", "no:cacheprovider", SUITE),
        env=ours | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return said.decode()


async def test_the_environment_s_provider_is_asked(
    emulator: RunningEmulator, receiver: Receiver, tmp_path: Path
) -> None:
    wamid = await emulator.write(INES, "For the contract")
    webhooks = tmp_path / "webhooks.jsonl"
    webhooks.touch()
    done = asyncio.Event()

    async def keep_writing() -> None:
        while not done.is_set():
            whole = "".join(f"{json.dumps(one)}\n" for one in receiver.payloads)
            (tmp_path / "next").write_text(whole)
            (tmp_path / "next").rename(webhooks)
            await asyncio.sleep(0.1)

    writing = asyncio.create_task(keep_writing())
    said = await run_suite(
        CLOUD_API_URL=emulator.url,
        CLOUD_API_TOKEN=TOKEN,
        CLOUD_API_PHONE_NUMBER_ID=PHONE_NUMBER_ID,
        CLOUD_API_CONTACT=INES,
        CLOUD_API_INBOUND_WAMID=wamid,
        CLOUD_API_WEBHOOKS=str(webhooks),
    )
    done.set()
    await writing
    assert " passed" in said, said
    assert "failed" not in said, said
    assert "skipped" not in said, said
    assert {entry["to"] for entry in await emulator.ledger()} == {INES}
    assert len(await emulator.ledger()) == 2, "two texts a run, no more"


async def test_without_credentials_it_is_skipped_and_says_so() -> None:
    said = await run_suite()
    assert "passed" not in said
    assert "the real Cloud API is not asked: CLOUD_API_TOKEN" in said
