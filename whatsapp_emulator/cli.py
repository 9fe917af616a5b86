"""The command ``whatsapp-emulator``."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from whatsapp_emulator.server import serving
from whatsapp_emulator.settings import Settings, SettingsError
from whatsapp_emulator.testing import (
    APP_SECRET,
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    TOKEN,
    VERIFY_TOKEN,
)

EX_CONFIG = 78  # sysexits.h: a configuration error

# option: what it means; each is also the variable EMULATOR_<OPTION>
OPTIONS = {
    "port": "port to listen on; 0 takes a free one and prints it",
    "webhook-url": "where webhooks go (this machine only); without it they wait for an address",
    "app-secret": "signs the webhooks",
    "verify-token": "proves the subscription in the handshake",
    "token": "the bearer token calls must carry (never a real one)",
    "phone-number-id": "id of the business number; several with commas, NUMBER@ACCOUNT in another account",
    "business-account-id": "id of the WhatsApp Business account",
    "state": "file that keeps the state across restarts",
    "host": "address to listen on",
    "seed": "number that all chance and all ids follow from; without it ids never repeat",
    "business-name": "verified name of the business",
    "ready-url": "personas begin to write when this URL first answers 200",
}
DEFAULTS = {
    "port": "0",
    "app-secret": APP_SECRET,
    "verify-token": VERIFY_TOKEN,
    "token": TOKEN,
    "phone-number-id": PHONE_NUMBER_ID,
    "business-account-id": BUSINESS_ACCOUNT_ID,
    "host": "127.0.0.1",
    "business-name": "Alder Lane Cycles",
}


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; 78 when a setting cannot be."""
    try:
        settings = read_settings(arguments, os.environ)
        asyncio.run(run(settings))
    except SettingsError as error:
        print(f"whatsapp-emulator: {error}", file=sys.stderr)
        return EX_CONFIG
    except OSError as error:
        print(f"whatsapp-emulator: Cannot listen: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def read_settings(arguments: list[str] | None, environment: Mapping[str, str]) -> Settings:
    """Settings from options, else from ``EMULATOR_*``; ``SettingsError`` says what is wrong."""
    parser = argparse.ArgumentParser(
        prog="whatsapp-emulator",
        description="WhatsApp's Cloud API on this machine. Every option may also be given as "
        "an environment variable: --webhook-url as EMULATOR_WEBHOOK_URL.",
    )
    for option, meaning in OPTIONS.items():
        usual = f" [{DEFAULTS[option]}]" if option in DEFAULTS else ""
        parser.add_argument(f"--{option}", help=meaning + usual, default=None)
    parser.add_argument("--personas", action="store_true", help="people who write by themselves")
    given = vars(parser.parse_args(arguments))
    values: dict[str, str] = {}
    for option in OPTIONS:
        variable = "EMULATOR_" + option.upper().replace("-", "_")
        value = given[option.replace("-", "_")] or environment.get(variable)
        values[option] = value or DEFAULTS.get(option, "")
    wants_personas = environment.get("EMULATOR_PERSONAS", "").lower() in ("1", "true", "yes", "on")
    numbers = [_number_and_account(one) for one in values["phone-number-id"].split(",")]
    return Settings(
        webhook_url=values["webhook-url"] or None,
        app_secret=values["app-secret"],
        verify_token=values["verify-token"],
        token=values["token"],
        phone_number_ids=tuple(number for number, _ in numbers),
        accounts={number: account for number, account in numbers if account},
        business_account_id=values["business-account-id"],
        host=values["host"],
        port=_number("port", values["port"], 65535),
        seed=_number("seed", values["seed"], 2**63) if values["seed"] else None,
        state=Path(values["state"]) if values["state"] else None,
        ready_url=values["ready-url"] or None,
        business_name=values["business-name"],
        personas=given["personas"] or wants_personas,
    )


def _number_and_account(written: str) -> tuple[str, str]:
    number, _, account = written.partition("@")
    return number.strip(), account.strip()


def _number(option: str, value: str, most: int) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > most:
        raise SettingsError(f"--{option} must be a number from 0 to {most}, not {value!r}.")
    return int(value)


async def run(settings: Settings) -> None:
    """Serve until a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings) as running:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        print(f"whatsapp-emulator listening on http://{host}:{running.port}", flush=True)
        print(f"business number {', '.join(settings.phone_number_ids)}", end="")
        print(f" of account {settings.business_account_id}", flush=True)
        await stop.wait()
