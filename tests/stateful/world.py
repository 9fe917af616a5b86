"""The product's own services on a real store, with a clock, a line to WhatsApp and crashes that the search commands."""

import asyncio
import math
from collections import Counter
from typing import Any

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Cancelled, Conflict, Refusal
from forthwith.domain.times import MINUTE, SECOND
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.realtime.event_log import EventLog
from forthwith.services.accept_message import accept_message
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.services.settle_message import cancel_message, dismiss_message, retry_message
from forthwith.store import contacts, conversations, inboxes, messages
from forthwith.store.contacts import Identity
from forthwith.store.database import Database, Row, Transaction
from forthwith.whatsapp.client import Outcome
from tests.stateful.process import Mortal, VirtualLoop
from tests.stateful.provider import Call, Provider, Sent
from tests.stateful.reader import Reader
from tests.stateful.webhooks import PHONE_NUMBER_ID, inbound, webhook

START = 1_790_000_000_000
PHONES = ("447700900001", "447700900002", "447700900003")
THREADS = tuple(f"conversation-{phone}" for phone in PHONES)
ENDED = ("sent", "delivered", "read", "played", "failed", "unconfirmed")
SETTINGS = DeliverySettings(outcome_wait=60 * SECOND, stale_after=10 * MINUTE, lease=30 * SECOND)


class World:
    """What agents, customers, WhatsApp and fate may do, each as one method; `check` after each of them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = START
        self.provider = Provider()
        self.commands: list[tuple[int, str, SendMessage]] = []
        self.refused: dict[str, str] = {}
        self.promised: set[str] = set()
        self.again: Counter[str] = Counter()
        self.agents: list[Agent] = []

    async def open(self) -> None:
        """Agents, threads with an open window, a first process and a reader."""
        self.agents = await self.db.write(self._settle_in)
        self.log = EventLog(self.db)
        self.reader = Reader(self.db, self.log, self.again)
        self._begin_life()
        await self.settle()

    async def _settle_in(self, tx: Transaction) -> list[Agent]:
        for name in ("ana", "ben"):
            await tx.run(
                """INSERT INTO agents (id, email, name, password_hash, created_at)
                VALUES (:id, :email, :name, '', :now)""",
                id=name,
                email=f"{name}@demo.example",
                name=name.title(),
                now=START,
            )
        inbox = await inboxes.ensure(tx, PHONE_NUMBER_ID, "9001", "Shop", "+1 555 0001", START)
        for phone, thread in zip(PHONES, THREADS, strict=True):
            contact = await contacts.find_or_create(tx, Identity(phone, phone), START)
            await conversations.get_or_create(tx, thread, inbox, contact["id"], START)
        await tx.run("UPDATE conversations SET last_inbound_at = :now", now=START)
        return [
            Agent(name, f"{name}@demo.example", name.title(), frozenset({inbox}))
            for name in ("ana", "ben")
        ]

    # --- the process ---

    def _begin_life(self) -> None:
        self.life = Mortal(self.db)
        worker = OutboxWorker(self.life, self.provider, lambda: self.now, SETTINGS)  # type: ignore[arg-type]  # the stand-in
        self.worker = worker
        self.receiver = WebhookReceiver(self.life, lambda: self.now)
        self._running = asyncio.get_running_loop().create_task(worker.run())

    async def crash(self, reached: list[bool]) -> None:
        """kill -9: what was on the line has reached WhatsApp or not, and nobody will ever learn the answer."""
        self.life.kill()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for call in list(self.provider.pending):
            self.provider.pending.remove(call)
            if reached and reached[len(self.provider.pending) % len(reached)]:
                self.provider.accept(call)
        for _ in range(2):
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0)
        self._begin_life()
        await self.settle()

    async def end(self) -> None:
        """Leave nothing running."""
        self.life.kill()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for _ in range(2):
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0)
        await self.db.close()

    async def settle(self) -> None:
        """Return when the process only waits: for WhatsApp, for the clock, or for somebody to do something."""
        self.worker.ring()
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0)
            if self.life.under_way:
                quiet = 0
                await self.db.read(_nothing)
            else:
                quiet += 1

    async def pass_time(self, seconds: int) -> None:
        """The clocks go on, and stop at each moment at which a call is given up: no call outlives its time-out."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        left = seconds
        while left:
            step = min(
                [left, *(self._seconds_left(call, loop.time()) for call in self.provider.pending)]
            )
            left -= step
            self.now += step * SECOND
            loop.ahead += step
            self.provider.give_up(loop.time())
            await asyncio.sleep(0)
            await self.settle()

    @staticmethod
    def _seconds_left(call: Call, now: float) -> int:
        return max(1, math.ceil(call.deadline - now))

    # --- the agents ---

    async def send(self, agent: int, thread: str, client_id: str) -> None:
        """Enter."""
        self.commands.append((agent, thread, SendMessage(client_id, f"Text of {client_id}")))
        await self.post(len(self.commands) - 1)

    async def post(self, number: int) -> None:
        """The POST of that Enter, once more perhaps: it never says two things."""
        agent, thread, command = self.commands[number]
        client_id = command.client_id
        try:
            row, is_new = await accept_message(
                self.db, self.agents[agent], thread, command, self.now
            )
        except Refusal as refusal:
            assert client_id not in self.promised, f"{client_id} was accepted before"
            self.refused.setdefault(client_id, refusal.code)
            return
        assert client_id not in self.refused, f"{client_id} was refused before"
        assert is_new == (client_id not in self.promised)
        assert row.text_content == command.text_content
        self.promised.add(client_id)
        await self.settle()

    async def post_other_words(self, number: int) -> None:
        """The same id with another text is never taken."""
        agent, thread, command = self.commands[number]
        other = SendMessage(command.client_id, command.text_content + "!")
        try:
            await accept_message(self.db, self.agents[agent], thread, other, self.now)
        except Refusal:
            if command.client_id not in self.promised:
                self.refused.setdefault(command.client_id, "invalid")
            return
        raise AssertionError(f"{command.client_id} was taken twice")

    async def retry(self, agent: int, client_id: str, wish: str) -> None:
        """*Send again*, or *Retry*; the same wish again changes nothing."""
        before = await self.row(client_id)
        try:
            row = await retry_message(self.db, self.agents[agent], client_id, wish, self.now)
        except Refusal:
            return
        assert before is not None
        if row.client_id == client_id:
            assert before["status"] == "unconfirmed"
            self.again[client_id] += 1
        else:
            assert before["status"] == "failed"
            self.promised.add(wish)
        repeated = await retry_message(self.db, self.agents[agent], client_id, wish, self.now)
        assert repeated.id == row.id
        await self.settle()

    async def dismiss(self, agent: int, client_id: str) -> None:
        """*Discard* or *Leave it*: one caller wins."""
        try:
            await dismiss_message(self.db, self.agents[agent], client_id, self.now)
        except Refusal:
            return
        try:
            await dismiss_message(self.db, self.agents[1 - agent], client_id, self.now)
        except Conflict:
            return
        raise AssertionError(f"{client_id} was dismissed twice")

    async def cancel(self, agent: int, client_id: str) -> None:
        """Taken back, if it has not been handed over."""
        handed_over = self._handed_over(client_id)
        try:
            row = await cancel_message(self.db, self.agents[agent], client_id, self.now)
        except Refusal:
            return
        assert not handed_over, f"{client_id} was cancelled after WhatsApp had it"
        if row is None:
            self.refused.setdefault(client_id, Cancelled.code)
        await self.settle()

    def _handed_over(self, client_id: str) -> bool:
        under_way = any(call.datum.startswith(f"{client_id}#") for call in self.provider.pending)
        return under_way or any(sent.client_id == client_id for sent in self.provider.ledger)

    # --- WhatsApp ---

    async def answer(self, number: int, outcome: Outcome | None, *, is_lost: bool = False) -> None:
        """Ends a call. None: accepted. `is_lost`: accepted, and then `outcome` instead of the answer."""
        pending = self.provider.pending
        call = pending[number % len(pending)]
        if is_lost:
            self.provider.accept(call)
        self.provider.answer(call, outcome)
        await self.settle()

    async def tell(
        self, updates: list[tuple[Sent, str]], *, with_datum: bool, copies: int = 1
    ) -> None:
        """A webhook with these statuses, delivered so often."""
        body = webhook(
            [
                {
                    "id": sent.wamid,
                    "status": status,
                    "timestamp": str(self.now // SECOND),
                    **({"errors": [{"code": 131026}]} if status == "failed" else {}),
                    **(
                        {"biz_opaque_callback_data": f"{sent.client_id}#{sent.attempt}"}
                        if with_datum
                        else {}
                    ),
                }
                for sent, status in updates
            ]
        )
        for _ in range(copies):
            await self.receiver.receive(body)
        for sent, status in updates:
            sent.told.add(status)
            sent.is_known |= with_datum
        await self.settle()

    async def noise(self, status: dict[str, Any]) -> None:
        """A webhook about nothing of ours."""
        await self.receiver.receive(webhook([status]))
        await self.settle()

    async def write(self, phone: str, number: int) -> None:
        """A customer writes, which opens the window."""
        await self.receiver.receive(webhook([], [inbound(phone, number, self.now)]))
        await self.settle()

    # --- the judge ---

    async def row(self, client_id: str) -> Row | None:
        """The stored row."""
        return await self.db.read(lambda tx: messages.by_client_id(tx, client_id))

    async def check(self) -> None:
        """What must hold at every moment."""
        await self.reader.listen()
        attempts = Counter((sent.client_id, sent.attempt) for sent in self.provider.ledger)
        assert max(attempts.values(), default=0) <= 1, "an attempt reached WhatsApp twice"
        for client_id, count in Counter(client_id for client_id, _ in attempts).items():
            assert count <= 1 + self.again[client_id], f"{client_id} was sent again by the machine"
        assert self.promised <= set(self.reader.rows), "an accepted message is lost"
        for thread in THREADS:
            first = [
                self.reader.rows[sent.client_id].pos
                for sent in self.provider.ledger
                if sent.attempt == 1 and self.reader.rows[sent.client_id].conversation_id == thread
            ]
            assert first == sorted(first), "handed over out of order"

    async def rest(self) -> None:
        """Everything under way ends; then each message has one of the three outcomes, and the right one."""
        self.provider.is_up = True
        for _ in range(200):
            while self.provider.pending:
                await self.answer(0, None)
            rows = [row for row in self.reader.rows.values() if row.direction == "outbound"]
            if all(row.status in ENDED for row in rows) and not self.provider.pending:
                break
            await self.pass_time(40)
            await self.check()
        await self.check()
        await self.reader.compare(list(THREADS))
        for row in self.reader.rows.values():
            if row.direction == "outbound":
                self._check_outcome(row)

    def _check_outcome(self, row: MessageRow) -> None:
        sent = [each for each in self.provider.ledger if each.client_id == row.client_id]
        told = {status for each in sent if each.is_known for status in each.told}
        assert row.status in ENDED, f"{row.client_id} rests as {row.status}"
        if told & {"delivered", "read"}:
            assert row.status in ("delivered", "read"), f"told {told}, shows {row.status}"
        elif row.status in ("sent", "delivered", "read"):
            assert sent, f"{row.client_id} shows {row.status} and never reached WhatsApp"
        elif row.status == "failed":
            assert not sent or "failed" in told, f"{row.client_id} is returned, but WhatsApp has it"
        else:
            assert row.status == "unconfirmed", row.status
            assert not any(_says_sent(each) for each in sent), f"told {told}, still unconfirmed"


def _says_sent(sent: Sent) -> bool:
    """Word of its own that this attempt arrived: what has failed since tells nothing of the attempts after it (R4)."""
    return sent.is_known and bool(sent.told) and "failed" not in sent.told


async def _nothing(tx: Transaction) -> None:
    """Waits its turn behind what was asked before."""
