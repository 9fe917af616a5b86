"""The state file: contacts, threads, ledger and undelivered webhooks, across restarts.

One JSON file, replaced atomically some moments after each change and at the end. What changed
in the last half second before a crash of the emulator is not in it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter

import msgspec

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.inbound import InboundMessage
from whatsapp_emulator.journeys import Journeys
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.media.store import Media
from whatsapp_emulator.numbers import BusinessNumber
from whatsapp_emulator.settings import SettingsError
from whatsapp_emulator.templates.template import Template
from whatsapp_emulator.webhooks.parcels import Parcel
from whatsapp_emulator.webhooks.shapes import Update
from whatsapp_emulator.webhooks.subscriptions import Subscription

SAVE_EVERY_SECONDS = 0.5


class Snapshot(msgspec.Struct):
    """All that survives a restart."""

    life: str
    clock_ahead_seconds: float
    contacts: list[Contact]
    inbound: list[InboundMessage]
    entries: list[Entry]
    deliveries: list[Parcel]
    waiting: list[Update]
    media: list[Media] = []
    templates: list[Template] | None = None
    numbers: list[BusinessNumber] = []
    subscriptions: dict[str, Subscription] = {}
    lives: int = 0


def take(emulator: Emulator) -> bytes:
    """The state as JSON."""
    return msgspec.json.encode(
        Snapshot(
            life=emulator.life,
            clock_ahead_seconds=emulator.clock.ahead_seconds,
            contacts=list(emulator.contacts),
            inbound=emulator.inbound.messages,
            entries=emulator.ledger.entries,
            deliveries=emulator.webhooks.outstanding,
            waiting=emulator.outlet.held,
            lives=emulator.lives,
            media=emulator.media.all,
            templates=emulator.templates.all,
            numbers=list(emulator.numbers.values()),
            subscriptions=emulator.webhooks.subscriptions.by_name,
        )
    )


def read(path: Path) -> Snapshot | None:
    """The saved state; None when there is no file; ``SettingsError`` when it is not ours."""
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except (msgspec.DecodeError, OSError) as error:
        raise SettingsError(f"The state file {path} cannot be read: {error}.") from error


def restore(emulator: Emulator, snapshot: Snapshot) -> None:
    """Put the saved state into a fresh emulator and let everything go on."""
    emulator.life, emulator.lives = snapshot.life, snapshot.lives
    emulator.clock.advance(snapshot.clock_ahead_seconds)
    emulator.media.restore(snapshot.media)
    if snapshot.templates is not None:
        emulator.templates.restore(snapshot.templates)
    emulator.numbers.update({one.id: one for one in snapshot.numbers if one.id in emulator.numbers})
    for name, subscription in snapshot.subscriptions.items():
        emulator.webhooks.override(name, subscription)
    for contact in snapshot.contacts:
        emulator.contacts.add(contact)
    for inbound in snapshot.inbound:
        emulator.inbound.add(inbound)
    for entry in snapshot.entries:
        emulator.ledger.add(entry)
        recipient = emulator.contacts.get(entry.to)
        if recipient and not entry.past and Journeys.has_way_to_go(entry, recipient):
            emulator.dispatch(entry, recipient)
    emulator.webhooks.resume(snapshot.deliveries, snapshot.waiting)


def save(emulator: Emulator, path: Path) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(take(emulator))
    beside.replace(path)


async def keep_saving(emulator: Emulator, path: Path) -> None:
    """Save soon after every change, for ever."""
    while True:
        await emulator.changed.wait()
        emulator.changed.clear()
        began = perf_counter()
        save(emulator, path)
        # A long history takes long to write: nine tenths of the time are for something else.
        await asyncio.sleep(max(SAVE_EVERY_SECONDS, 9 * (perf_counter() - began)))
