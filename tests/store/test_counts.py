"""What is counted about messages: what was committed, once, whatever WhatsApp repeats (both engines)."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt, Failure
from forthwith.metrics import Metrics
from forthwith.store import attempts, outbox
from forthwith.store.database import Database, Transaction
from forthwith.store.opening import open_store
from tests.rig import eventually
from tests.store.conftest import NOW, Rings
from tests.store.test_outbox import claim, send


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture(params=["sqlite", "postgres"])
async def db(
    request: pytest.FixtureRequest, tmp_path: Path, metrics: Metrics
) -> AsyncIterator[Database]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = await open_store(tmp_path, url, Rings(), metrics)
    yield database
    await database.close()


async def until_counted(metrics: Metrics, *lines: str) -> None:
    """The writer counts after it has answered."""

    async def counted() -> bool:
        return set(lines) <= set(metrics.render().splitlines())

    await eventually(counted)


async def test_a_message_is_counted_once_for_each_status_it_comes_to_show(
    db: Database, ana: Agent, conversation_id: str, metrics: Metrics
) -> None:
    row = await send(db, ana, conversation_id, "Hello")
    await claim(db)

    async def undone(tx: Transaction) -> None:
        await attempts.record(tx, row.id, 1, Attempt("sent"), NOW + 2_000, "wamid.1")
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await db.write(undone)
    sent, delivered = Attempt("sent"), Attempt("delivered")
    for evidence, after in ((sent, 2_000), (sent, 3_000), (delivered, 4_000), (sent, 5_000)):
        now = NOW + after
        await db.write(
            partial(
                attempts.record, message_id=row.id, n=1, evidence=evidence, now=now, wamid="wamid.1"
            )
        )
    await until_counted(
        metrics,
        'forthwith_messages_total{direction="outbound",status="sending"} 1',
        'forthwith_messages_total{direction="outbound",status="sent"} 1',
        'forthwith_messages_total{direction="outbound",status="delivered"} 1',
        'forthwith_send_seconds_count{stage="sent"} 1',
        'forthwith_send_seconds_count{stage="delivered"} 1',
        'forthwith_send_seconds_sum{stage="delivered"} 4',
    )


async def test_whatsapps_errors_are_counted_by_code(
    db: Database, ana: Agent, conversation_id: str, metrics: Metrics
) -> None:
    row = await send(db, ana, conversation_id, "Hello")
    (only,) = await claim(db)
    await db.write(lambda tx: outbox.put_off(tx, only, NOW, NOW, "paced", code=130429))
    (again,) = await claim(db)
    await db.write(lambda tx: outbox.put_off(tx, again, NOW, NOW, "paced", code=130429))
    await claim(db)
    failed = Attempt(failures=frozenset({Failure(NOW // 1_000, "131026", "", "undeliverable")}))
    for _ in range(2):
        await db.write(lambda tx: attempts.record(tx, row.id, 1, failed, NOW, "wamid.1"))
    await until_counted(
        metrics,
        'forthwith_meta_errors_total{code="130429"} 2',
        'forthwith_meta_errors_total{code="131026"} 1',
        'forthwith_messages_total{direction="outbound",status="failed"} 1',
    )
