"""Calls that are answered at once are stored by the same statements, and none pays for another's fault (R5, R7)."""

import asyncio
from collections.abc import Sequence

import pytest

from forthwith.store import attempts
from forthwith.store.attempts import News
from forthwith.store.database import Transaction
from forthwith.whatsapp.client import Accepted
from tests.rig import eventually
from tests.services.test_deliver_outbox import PHONES, Bench, bench

__all__ = ["bench"]


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many acceptances were stored by each round of statements."""
    record_all, found = attempts.record_all, list[int]()

    async def counted(tx: Transaction, news: Sequence[News], now: int) -> bool:
        if any(each.name == "accepted" for each in news):
            found.append(len(news))
        return await record_all(tx, news, now)

    monkeypatch.setattr(attempts, "record_all", counted)
    return found


def answer_all_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch, wamids: list[str]) -> None:
    """WhatsApp answers when it has been called as often as there are wamids."""
    called, left = asyncio.Event(), list(wamids)

    async def send(*_: object) -> Accepted:
        wamid = left.pop()
        if not left:
            called.set()
        await called.wait()
        return Accepted(wamid)

    monkeypatch.setattr(bench.whatsapp, "send", send)


async def test_acceptances_that_come_together_share_a_commit(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, stored: list[int]
) -> None:
    answer_all_at_once(bench, monkeypatch, [f"wamid.{phone}" for phone in PHONES])
    ids = [await bench.send(phone) for phone in PHONES]
    async with bench.running():
        for client_id in ids:
            await eventually(bench.shows(client_id, "sent"))
    assert stored == [len(PHONES)]


async def test_one_that_cannot_be_stored_leaves_the_others_theirs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, stored: list[int]
) -> None:
    """Two messages under one wamid: no table holds that, and WhatsApp never says it."""
    wamids = ["wamid.same", *(f"wamid.{phone}" for phone in PHONES[2:]), "wamid.same"]
    answer_all_at_once(bench, monkeypatch, wamids)
    ids = [await bench.send(phone) for phone in PHONES]
    async with bench.running():

        async def all_but_one_are_sent() -> bool:
            shown = [(await bench.row(client_id))["status"] for client_id in ids]
            return shown.count("sent") == len(PHONES) - 1

        await eventually(all_but_one_are_sent)
    assert stored[0] == len(PHONES)
    assert set(stored[1:]) == {1}
