"""The command: what it refuses, how it starts and ends, what it remembers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver, eventually
from whatsapp_emulator.cli import EX_CONFIG, OPTIONS, main, read_settings
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.testing import RunningEmulator, running_emulator, settings_for_tests

GOOD = {
    "webhook-url": "http://127.0.0.1:9/webhooks/whatsapp",
    "app-secret": "invented-secret",
    "verify-token": "invented-verify-token",
    "token": "invented-token",
    "phone-number-id": "900000000000001",
    "business-account-id": "800000000000001",
}


def arguments(**changes: str) -> list[str]:
    options = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
    return [part for name, value in options.items() for part in (f"--{name}", value)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": "EAAGm0PX4ZCpsBA"}, "real one of Meta's"),
        ({"webhook_url": "https://hooks.example.com/whatsapp"}, "only calls this machine"),
        ({"webhook_url": "ftp://127.0.0.1/"}, "only calls this machine"),
        ({"ready_url": "http://10.0.0.7/"}, "only calls this machine"),
        ({"port": "eighty"}, "--port must be a number"),
        ({"port": "70000"}, "--port must be a number"),
        ({"phone_number_id": ","}, "phone number id"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], changes: dict[str, str], words: str
) -> None:
    assert main(arguments(**changes)) == EX_CONFIG
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("whatsapp-emulator: ")
    assert error.count("\n") == 1


def test_without_options_it_takes_invented_credentials_and_lets_webhooks_wait() -> None:
    settings = read_settings([], {})
    assert settings == settings_for_tests(pace=Pace())


def test_every_option_may_come_from_the_environment() -> None:
    environment = {
        f"EMULATOR_{name.upper().replace('-', '_')}": value for name, value in GOOD.items()
    }
    extra = {
        "EMULATOR_PORT": "8001",
        "EMULATOR_SEED": "7",
        "EMULATOR_PERSONAS": "1",
        "EMULATOR_STATE": "state.json",
        "EMULATOR_HOST": "::1",
        "EMULATOR_BUSINESS_NAME": "Shop",
        "EMULATOR_READY_URL": "http://localhost:8000/readyz",
    }
    settings = read_settings([], environment | extra)
    assert (settings.token, settings.port, settings.seed) == ("invented-token", 8001, 7)
    assert (settings.personas, settings.state) == (True, Path("state.json"))
    assert settings.ready_url == "http://localhost:8000/readyz"
    assert len(environment | extra) == len(OPTIONS) + 1, "a new option belongs in this test"
    assert read_settings(["--seed", "9"], environment | extra).seed == 9, "options win"


@asynccontextmanager
async def command(*extra: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "whatsapp_emulator",
        *arguments(),
        *extra,
        stdout=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if "EMULATOR" not in name},
    )
    try:
        assert process.stdout
        async with asyncio.timeout(10):
            line = (await process.stdout.readline()).decode()
        yield process, line
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_says_where_it_listens_and_ends_at_once_on_sigterm() -> None:
    async with command() as (process, line), aiohttp.ClientSession() as http:
        assert line.startswith("whatsapp-emulator listening on http://127.0.0.1:")
        url = line.split()[-1]
        async with http.get(f"{url}/_control/live") as stream:
            await stream.content.readline()  # an open stream must not hold the end up
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(3):
                assert await process.wait() == 0


async def test_a_port_that_is_taken_is_one_sentence(
    emulator: RunningEmulator, capfd: pytest.CaptureFixture[str]
) -> None:
    port = emulator.url.rsplit(":", 1)[1]
    assert await asyncio.to_thread(main_in_a_process, "--port", port) == 1
    error = capfd.readouterr().err
    assert error.startswith("whatsapp-emulator: Cannot listen: ")
    assert error.endswith("address already in use.\n")
    assert error.count("\n") == 1


def main_in_a_process(*extra: str) -> int:
    command = [sys.executable, "-m", "whatsapp_emulator", *arguments(), *extra]
    return subprocess.run(command, timeout=20).returncode


async def test_the_state_file_carries_everything_over_a_restart(
    receiver: Receiver, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    tomas = "447700900226"
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        await emulator.contact(INES, name="Ines Okafor", device="offline")
        await emulator.contact(tomas, name="Tomás Verhey")
        await emulator.write(INES, "Hello")
        await emulator.write(tomas, "Hello")
        waiting = await business.send("for later", biz_opaque_callback_data="id#1")
        await business.send("delivered", to=tomas)
        await emulator.quiet()
        await emulator.control("POST", "clock/advance", {"seconds": 3600})
        await emulator.aim_webhooks(None)
        undelivered = await emulator.write(tomas, "while nobody listens")
    assert undelivered not in [one["id"] for one in receiver.messages]

    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        await emulator.quiet()
        assert undelivered in [one["id"] for one in receiver.messages]
        assert [one["body"] for one in await emulator.ledger()] == ["for later", "delivered"]
        assert (await emulator.control("GET", "clock"))["ahead_seconds"] == 3600
        business = Business(emulator, http)
        assert await business.send("a new one") != waiting, "the window is still open"
        assert receiver.names(waiting) == ["sent"]
        await emulator.contact(INES, device="online")
        await emulator.quiet()
        assert receiver.names(waiting) == ["sent", "delivered"]
        assert receiver.names().count("sent") == 3, "nothing is reported twice"


async def test_the_state_is_saved_while_running(receiver: Receiver, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    async with running_emulator(webhook_url=receiver.url, state=state) as emulator:
        await emulator.write(INES, "Hello")
        await eventually(lambda: state.exists() and b"Hello" in state.read_bytes())


def test_a_state_file_that_is_not_ours_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    state.write_text("{}")
    assert main(arguments(state=str(state))) == EX_CONFIG
    assert "cannot be read" in capsys.readouterr().err
    assert state.read_text() == "{}"
