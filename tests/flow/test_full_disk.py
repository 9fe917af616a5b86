"""A disk that is really full (a small tmpfs): the inbox reads, loses nothing, and goes on by itself (bad-input 57)."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Product, eventually, new_client_id, running_product

INES = "447700900318"
SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The data folder on a disk of its own."""
    folder = tmp_path / "data"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("only root may mount the small disk this needs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4_096):
            pass
    return filler


async def status_of(product: Product, path: str) -> int:
    async with product.emulator.http.get(product.url + path) as answer:
        return answer.status


async def test_row_57_a_full_disk_is_read_only_and_passes(small_disk: Path, tmp_path: Path) -> None:
    async with running_product(tmp_path, "Ana") as product:
        assert product.process is not None
        pid = product.process.pid
        await product.emulator.contact(INES, name="Ines", device="online")
        await product.emulator.write(INES, "Hello")
        ana = await product.sign_in()
        conversation_id = await ana.conversation_of(INES)
        await product.emulator.faults({"do": {"action": "slow", "seconds": 2.0}, "times": 1})
        under_way, refused = new_client_id(), new_client_id()
        assert (await ana.send(conversation_id, "Under way", under_way))[0] == 201

        async def is_accepted() -> bool:
            return len(await product.emulator.ledger(opaque=under_way)) == 1

        await eventually(is_accepted)
        filler = fill(small_disk)
        status, answer = await ana.send(conversation_id, "No room", refused)
        assert (status, answer["code"]) == (503, "storage_full")
        await product.emulator.write(INES, "Meta keeps this")
        await asyncio.sleep(3)  # the answer of the call comes, and cannot be noted
        assert (await ana.message(under_way))["status"] == "sending"
        texts = [row["text_content"] for row in await ana.messages(conversation_id)]
        assert texts == ["Hello", "Under way"]
        async with ana.socket() as socket:
            assert (await socket.receive_json(timeout=5))["type"] == "reset"
        assert await status_of(product, "/healthz") == 200
        assert await status_of(product, "/readyz") == 503
        assert (await ana.send(conversation_id, "No room", refused))[0] == 503

        filler.unlink()
        assert await ana.until_status(under_way, "delivered", within_seconds=30) == "delivered"
        assert (await ana.send(conversation_id, "No room", refused))[0] == 201
        assert await ana.until_status(refused, "delivered", within_seconds=30) == "delivered"
        await product.emulator.quiet(60)
        assert await status_of(product, "/readyz") == 200
        rows = [row["text_content"] for row in await ana.messages(conversation_id)]
        assert sorted(rows) == sorted(["Hello", "Under way", "Meta keeps this", "No room"])
        ledger = [entry["opaque"] for entry in await product.emulator.ledger(to=INES)]
        assert sorted(ledger) == sorted([f"{under_way}#1", f"{refused}#1"])
        assert product.process.pid == pid, "without a restart"
