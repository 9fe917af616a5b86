"""No power cut takes back what was acknowledged, whatever of the unsynced writes reached the disk (G2)."""

import os
import random
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

import apsw
import pytest

from forthwith.domain.status import RANK
from forthwith.store import sqlite_connection
from forthwith.store.database import Row, Transaction
from forthwith.store.sqlite import SqliteDatabase
from tests.powercut.disk import Disk, Recording, hasty
from tests.powercut.life import FILE, Silent, live
from tests.proofs import record

CUTS = int(os.environ.get("FORTHWITH_POWER_CUTS", "2000"))
SEED = int(os.environ.get("FORTHWITH_SEED", "0")) or secrets.randbelow(2**32)
MESSAGES = 150
RESTARTS = 2


async def test_no_power_cut_loses_what_was_acknowledged(tmp_path: Path) -> None:
    began = time.monotonic()
    chance = random.Random(SEED)
    cuts = lost = 0
    faults: list[str] = []
    while cuts < CUTS:
        kept = await live(_fresh(tmp_path / "life"), MESSAGES, RESTARTS)
        some = await cut_many(kept, min(CUTS - cuts, 10_000), chance, tmp_path / "left")
        cuts += min(CUTS - cuts, 10_000)
        faults += some
        lost += len(some)
    seconds = time.monotonic() - began
    record("power cuts", SEED, runs=cuts, faults=cuts, lost=lost, seconds=seconds)
    assert faults[:5] == []


async def test_the_disk_is_cruel_enough_to_catch_a_commit_that_is_not_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite_connection.connect

    def careless(path: Path) -> apsw.Connection:
        connection = connect(path)
        connection.pragma("synchronous", "NORMAL")
        return connection

    monkeypatch.setattr("forthwith.store.sqlite.connect", careless)
    kept = await live(_fresh(tmp_path / "life"), 30, 0)
    monkeypatch.setattr("forthwith.store.sqlite.connect", connect)
    assert await cut_many(kept, 100, random.Random(SEED), tmp_path / "left") != []


async def cut_many(kept: Recording, cuts: int, chance: random.Random, left: Path) -> list[str]:
    """Cut the power so often, spread over the recording; what was lost, in words."""
    moments = sorted(chance.choices(range(len(kept.steps) + 1), k=cuts))
    disk, known, found = Disk(), dict[tuple[str, str], Any](), list[str]()
    taken = 0
    with hasty():
        for moment in moments:
            for step in kept.steps[taken:moment]:
                disk.take(step)
                if step.kind == "acknowledged":
                    what, message_id, value = step.fact
                    known[what, message_id] = value
            taken = moment
            _fresh(left)
            for name, content in disk.remains(chance).items():
                (left / name).write_bytes(content)
            found += [f"cut at {moment}: {fault}" for fault in await _look(left / FILE, known)]
    return found


async def _look(path: Path, known: dict[tuple[str, str], Any]) -> list[str]:
    """Open it as the server would, and compare with what was acknowledged."""
    try:
        db = await SqliteDatabase.open(path, Silent())
    except Exception as error:  # noqa: BLE001  # whatever it is, the store is gone
        return [f"does not open: {error!r}"]
    try:
        return await db.read(lambda tx: _compare(tx, known))
    finally:
        await db.close()


async def _compare(tx: Transaction, known: dict[tuple[str, str], Any]) -> list[str]:
    faults = [
        f"integrity: {row}"
        for row in await tx.all("PRAGMA integrity_check")
        if row != {"integrity_check": "ok"}
    ]
    rows = {
        row["id"]: row
        for row in await tx.all("SELECT id, status, conversation_id, pos FROM messages")
    }
    attempts = {row["message_id"] for row in await tx.all("SELECT message_id FROM attempts")}
    for (what, message_id), value in known.items():
        row = rows.get(message_id)
        if row is None:
            faults.append(f"message {message_id} is gone")
        elif what == "claim" and message_id not in attempts:
            faults.append(f"the claim of {message_id} is gone: it would be sent again")
        elif what == "status" and RANK[row["status"]] < RANK[value]:
            faults.append(f"message {message_id} fell from {value} to {row['status']}")
    return faults + _gaps(list(rows.values()), await tx.all("SELECT seq FROM events ORDER BY seq"))


def _gaps(rows: list[Row], events: list[Row]) -> list[str]:
    faults = []
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        faults.append("seq has gaps")
    by_conversation: dict[str, list[int]] = {}
    for row in rows:
        by_conversation.setdefault(row["conversation_id"], []).append(row["pos"])
    faults += [
        f"pos of {name} has gaps"
        for name, places in by_conversation.items()
        if sorted(places) != list(range(1, len(places) + 1))
    ]
    return faults


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
