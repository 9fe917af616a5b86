"""Restarts under load while a supervisor holds the listening socket: no request fails, sockets come back (G9)."""

import asyncio
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.rig import AgentSession, Product, eventually, new_client_id, running_product

RESTARTS = int(os.environ.get("FORTHWITH_RESTARTS", "5"))
AGENTS = ("Ana", "Ben", "Cleo", "Dan")
CONTACT = "447700900318"
REQUESTS = 1_000
BACK_WITHIN_SECONDS = 2.0


@dataclass
class Supervisor:
    """Holds the socket and starts servers on it, as systemd does, the next before the last has ended."""

    product: Product
    listener: socket.socket

    async def start(self) -> None:
        """Start a server that takes connections from the held socket as soon as it may use the store."""
        number = self.listener.fileno()
        environment = self.product.environment | {"LISTEN_FDS": "1", "LISTENER": str(number)}
        command = 'LISTEN_PID=$$ exec "$0" -m forthwith serve 3<&"$LISTENER"'
        with self._log().open("ab") as log:
            self.product.process = await asyncio.create_subprocess_exec(
                *("/bin/bash", "-c", command, sys.executable),
                env=environment,
                stdout=log,
                stderr=log,
                pass_fds=[number],
            )

    async def replace(self) -> float:
        """One restart: the next is loaded, then the old one is told to end; returns how long that took to happen."""
        old, said = self.product.process, self._log().stat().st_size
        assert old is not None
        await self.start()

        async def loaded() -> bool:
            text = self._log().read_bytes()[said:]
            return b"loaded; waiting" in text or b"forthwith listening" in text

        await eventually(loaded, 30)
        began = time.monotonic()
        old.terminate()
        assert await asyncio.wait_for(old.wait(), 15) == 0
        return time.monotonic() - began

    def _log(self) -> Path:
        return self.product.folder / "server.log"


@dataclass
class Load:
    """What agents do all day, and what came of it."""

    answers: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, agent: AgentSession, conversation_id: str) -> None:
        """Read and write in turn, over a connection kept open like a browser's. No retry of any kind."""
        while not self.ended.is_set():
            client_id = new_client_id()
            for call in (
                agent.send(conversation_id, f"Text of {client_id}", client_id),
                agent.call("GET", "/api/conversations"),
                agent.call("GET", f"/api/messages/by-client-id/{client_id}"),
            ):
                try:
                    status, _ = await call
                except (aiohttp.ClientError, TimeoutError) as error:
                    self.answers[f"{type(error).__name__}: {error}"] += 1
                    continue
                self.answers[str(status)] += 1
            self.accepted.append(client_id)
            await asyncio.sleep(0.03)

    async def listen(self, agent: AgentSession) -> None:
        """A socket that comes back when it is closed, from where it was, until cancelled: it hears the last ones too."""
        epoch, seq, closed_at = "", 0, None
        while True:
            async with agent.socket(epoch, seq) as ws:
                async for frame in ws:
                    told = frame.json()
                    if told["type"] in ("welcome", "reset"):
                        epoch = told["epoch"]
                        seq = told["seq"] if told["type"] == "reset" else seq
                        if closed_at is not None:
                            self.away.append(time.monotonic() - closed_at)
                    for event in told.get("events", [told]):
                        if "message" in event:
                            assert event["prev_seq"] == seq, "a gap"
                            self.seen.add(event["message"]["client_id"])
                        seq = event["seq"] if "prev_seq" in event else seq
                assert ws.close_code == 1012, ws.close_code
                closed_at = time.monotonic()


@asynccontextmanager
async def supervised(folder: Path, database_url: str) -> AsyncIterator[Supervisor]:
    """The product, its server started on a socket that is ours."""
    async with running_product(folder, *AGENTS, database_url=database_url) as product:
        assert await product.stop() == 0
        with socket.create_server(("127.0.0.1", product.port), backlog=2_048) as listener:
            supervisor = Supervisor(product, listener)
            await supervisor.start()
            await eventually(product.is_ready, 20)
            yield supervisor


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_restarts_under_load_fail_no_request_and_sockets_come_back(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    async with supervised(tmp_path, url) as supervisor:
        product, load = supervisor.product, Load()
        await product.emulator.contact(CONTACT, name="Ines", device="online")
        await product.emulator.write(CONTACT, "Hello")
        agents = [await product.sign_in(name) for name in AGENTS]
        conversation_id = await agents[0].conversation_of(CONTACT)
        working = [asyncio.create_task(load.ask(each, conversation_id)) for each in agents]
        listening = [asyncio.create_task(load.listen(each)) for each in agents]
        took = []
        for number in range(1, RESTARTS + 1):
            took.append(await supervisor.replace())

            async def enough(share: int = number) -> bool:
                back = len(load.away) >= share * len(agents)
                return back and sum(load.answers.values()) >= REQUESTS * share / RESTARTS

            await eventually(enough, 60)
        load.ended.set()
        await asyncio.gather(*working)
        every = set(load.accepted)

        async def all_seen() -> bool:
            return every <= load.seen

        await eventually(all_seen, 20)
        for each in listening:
            each.cancel()
        print(
            f"{engine}: {RESTARTS} restarts, {sum(load.answers.values())} requests {dict(load.answers)}, "
            f"old one gone after {max(took):.2f} s at most, sockets back after {max(load.away):.2f} s at most"
        )
        assert set(load.answers) <= {"200", "201"}
        assert max(load.away) <= BACK_WITHIN_SECONDS
        assert len(load.away) == RESTARTS * len(agents)
        await product.emulator.quiet(60)
        ledger = [entry["opaque"] for entry in await product.emulator.ledger(to=CONTACT)]
        assert len(ledger) == len(set(ledger)), "handed over twice"
