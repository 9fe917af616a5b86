"""What is asked all the time looks at the messages it is about, not at all that were ever sent (both engines)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt
from forthwith.store import media, messages, outbox, readiness, waiting_times, whatsapp_media
from forthwith.store.database import Database, Row, Transaction, Value
from tests.store.conftest import NOW
from tests.store.test_outbox import claim, record, send

SENT_LONG_AGO = """INSERT INTO messages (id, client_id, conversation_id, inbox_id, pos, rev, direction, message_type,
    sender_role, sender_id, sender_name, text_content, status, sent_at, created_at, updated_at)
    WITH RECURSIVE numbers(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 6000)
    SELECT 'message-' || n, 'sent-' || n, :conversation_id, '', n, 1, 'outbound', 'text', 'agent', '', '', 'Hi',
    'read', :now, :now, :now FROM numbers"""


class Explained:
    """A transaction that notes how the engine would answer each statement, and then lets it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx, self.for_update, self.among = tx, tx.for_update, tx.among
        self.hops, self.appended = tx.hops, tx.appended
        self.plans: list[str] = []

    async def _explain(self, sql: str, values: dict[str, Value]) -> None:
        is_sqlite = not self.for_update
        steps = await self._tx.all(f"EXPLAIN {'QUERY PLAN ' * is_sqlite}{sql}", **values)
        lines = [str(step["detail"] if is_sqlite else step["QUERY PLAN"]) for step in steps]
        self.plans.append("\n".join([sql, *lines]))

    async def all(self, sql: str, **values: Value) -> list[Row]:
        await self._explain(sql, values)
        return await self._tx.all(sql, **values)

    async def one(self, sql: str, **values: Value) -> Row | None:
        await self._explain(sql, values)
        return await self._tx.one(sql, **values)

    async def run(self, sql: str, **values: Value) -> int:
        await self._explain(sql, values)
        return await self._tx.run(sql, **values)

    async def many(self, sql: str, rows: Sequence[Mapping[str, Value]]) -> None:
        for row in rows[:1]:
            await self._explain(sql, dict(row))
        await self._tx.many(sql, rows)

    async def attempt(self, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        return await work(self)


def reads_everything(plan: str) -> bool:
    """A whole table, not a part of it by an index; small tables do not matter."""
    for line in plan.splitlines()[1:]:
        words = line.replace("->", " ").split()
        if words[:2] == ["Seq", "Scan"] and words[3] == "messages":
            return True
        if words[0] == "SCAN" and words[1] in ("messages", "m") and "INDEX" not in words:
            return True
    return False


@pytest.fixture
async def long_history(db: Database, ana: Agent, conversation_id: str) -> None:
    """Five thousand messages of long ago, one in doubt, one claimed, one waiting."""

    async def fill(tx: Transaction) -> None:
        await tx.run(SENT_LONG_AGO, conversation_id=conversation_id, now=NOW)

    doubted = await send(db, ana, conversation_id, "1")
    await claim(db)
    await db.write(fill)
    await record(db, doubted, Attempt(lapsed=True))
    for words in "23":
        await send(db, ana, conversation_id, words)
    await claim(db)
    await db.write(lambda tx: tx.run("ANALYZE"))


@pytest.mark.usefixtures("long_history")
@pytest.mark.parametrize(
    "question",
    [
        readiness.outbox_figures,
        waiting_times.next_due_at,
        partial(outbox.lapse, now=NOW),
        partial(waiting_times.draw_near, latest=NOW + 1),
        partial(outbox.doubt_abandoned, me="me", only_process=True, now=NOW, until=NOW),
        partial(outbox.claim_lanes, owner="me", now=NOW, lease=1, stale_after=1, limit=10),
        partial(waiting_times.stay_fresh, conversation_id="conversation-447700900318", at=NOW),
        partial(whatsapp_media.wanting, now=NOW, limit=10),
        partial(media.unreferenced, before=NOW, limit=10),
        partial(messages.answer_after, conversation_id="", pos=0, sender_id=""),
    ],
    ids=lambda question: getattr(question, "func", question).__name__,
)
async def test_a_long_history_costs_nothing(
    db: Database, question: Callable[[Transaction], Awaitable[object]]
) -> None:
    plans: list[str] = []

    async def ask(tx: Transaction) -> object:
        explained = Explained(tx)
        answer = await question(explained)
        plans.extend(explained.plans)
        return answer

    await db.write(ask)
    assert plans
    assert [plan for plan in plans if reads_everything(plan)] == []


@pytest.mark.usefixtures("long_history")
async def test_the_figures_of_the_outbox_are_right(db: Database) -> None:
    assert await db.read(readiness.outbox_figures) == (2, NOW, 1)
