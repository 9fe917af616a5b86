"""`forthwith demo` as a stranger meets it: one command, an address, a sign-in, and people who write."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.rig import AgentSession, eventually


class Demo:
    """A running demo and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""

    def found(self, pattern: str) -> str:
        match = re.search(pattern, self.output)
        assert match is not None, self.output
        return match[1]

    async def read_until(self, text: str, within_seconds: float = 40) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(within_seconds):
            while text not in self.output:
                line = await self.process.stdout.readline()
                assert line, f"the demo has ended: {self.output}"
                self.output += line.decode()

    async def sign_in(self, http: aiohttp.ClientSession, email: str) -> AgentSession:
        session = AgentSession(self.found(r"Inbox +(http://\S+)"), http)
        status, answer = await session.call(
            "POST", "/api/session", {"email": email, "password": self.found(r"password (\S+)")}
        )
        assert status == 200, answer
        assert answer["debug"] is True
        return session


@asynccontextmanager
async def demo(folder: Path, **settings: str) -> AsyncIterator[Demo]:
    """Start it with free ports, and end it by Ctrl-C if it still runs."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)}
    environment |= {"FORTHWITH_PORT": "0", "FORTHWITH_EMULATOR_PORT": "0", **settings}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "forthwith", "demo"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Demo(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)


@asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


def fresh_folders(folder: Path) -> list[Path]:
    return list(folder.glob("forthwith-demo-*"))


async def first_of_the_list(session: AgentSession) -> dict[str, Any]:
    return (await session.conversations())[0]


async def test_one_command_gives_an_inbox_where_a_message_is_delivered(tmp_path: Path) -> None:
    async with demo(tmp_path) as running, browser() as http:
        await running.read_until("Ctrl-C stops everything.")
        ana = await running.sign_in(http, "ana@demo.example")
        assert len(await ana.conversations()) >= 5
        first = await first_of_the_list(ana)
        assert first["service_window_expires_at"] is not None
        assert len(await ana.messages(first["_id"])) >= 2
        status, row = await ana.send(first["_id"], "Good morning, it is ready.")
        assert status == 201, row
        await ana.until_status(row["client_id"], "delivered", "read", within_seconds=3)
        async with browser() as other:
            ben = await running.sign_in(other, "ben@demo.example")
            assert (await ben.messages(first["_id"]))[-1]["sender_name"] == "Ana"
        running.process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(running.process.wait(), 15) == 0
    assert fresh_folders(tmp_path) == [], "a fresh folder is gone after it"


async def test_a_killed_server_comes_back_with_everything(tmp_path: Path) -> None:
    async with demo(tmp_path) as running, browser() as http:
        await running.read_until("Ctrl-C stops everything.")
        ana = await running.sign_in(http, "ana@demo.example")
        first = await first_of_the_list(ana)
        os.kill(int(running.found(r"kill -9 (\d+)")), signal.SIGKILL)
        await running.read_until("is back as process")
        assert (await ana.call("GET", "/api/session"))[0] == 200, "the session outlives it as well"
        status, row = await ana.send(first["_id"], "Still here.")
        assert status == 201, row
        await ana.until_status(row["client_id"], "delivered", "read")


async def test_settings_win_and_the_emulator_takes_them_over(tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    settings = {
        "FORTHWITH_DATA_DIR": str(folder),
        "FORTHWITH_WHATSAPP_APP_SECRET": "another-secret",
        "FORTHWITH_WHATSAPP_TOKEN": "another-token",
        "FORTHWITH_WHATSAPP_PHONE_NUMBER_ID": "900000000000777",
    }
    counts = []
    for _ in range(2):
        async with demo(tmp_path, **settings) as running, browser() as http:
            await running.read_until("Ctrl-C stops everything.")
            ana = await running.sign_in(http, "ana@demo.example")
            rows = await ana.conversations()
            counts.append(len(rows))
            status, row = await ana.send(rows[0]["_id"], "Signed with another secret.")
            assert status == 201, row
            await ana.until_status(row["client_id"], "delivered", "read")
    assert counts[0] == counts[1], "seeded once"
    assert (folder / "notes.txt").read_text() == "mine"


async def test_people_begin_to_write_by_themselves(tmp_path: Path) -> None:
    async with demo(tmp_path) as running, browser() as http:
        await running.read_until("Ctrl-C stops everything.")
        ana = await running.sign_in(http, "ana@demo.example")

        async def total() -> int:
            return sum(row["last_pos"] for row in await ana.conversations())

        before = await total()

        async def grown() -> bool:
            return await total() > before

        await eventually(grown, 60, every=0.2)


async def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    async with demo(tmp_path) as running:
        await running.read_until("Ctrl-C stops everything.")
        port = running.found(r"Inbox +http://127.0.0.1:(\d+)")
        async with demo(tmp_path, FORTHWITH_PORT=port) as second:
            assert second.process.stdout is not None
            said = (await second.process.stdout.read()).decode()
            assert await second.process.wait() == 69
            assert said.count("\n") == 1
            assert f"port {port}" in said
            assert "FORTHWITH_PORT" in said


async def test_children_end_with_a_killed_demo(tmp_path: Path) -> None:
    async with demo(tmp_path) as running, browser() as http:
        await running.read_until("Ctrl-C stops everything.")
        url = running.found(r"Inbox +(http://\S+)")
        running.process.kill()

        async def is_gone() -> bool:
            try:
                await http.get(f"{url}/healthz")
            except aiohttp.ClientError:
                return True
            return False

        await eventually(is_gone, 15)
