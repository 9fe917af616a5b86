"""Rows about files on both engines: who may send them, when their message may be claimed, and when they are forgotten."""

import os
from functools import partial
from pathlib import Path

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Conflict, Invalid, NotFound
from forthwith.domain.times import DAY
from forthwith.protocol.shapes import MediaReference, MessageRow, SendMessage
from forthwith.services.accept_message import accept_message
from forthwith.services.prune_store import Keeping, prune_files, prune_store
from forthwith.store import media, whatsapp_media
from forthwith.store.database import Database, Transaction
from forthwith.store.media import NewMedia, Upload
from forthwith.store.media_files import MediaFiles
from tests.store.conftest import NOW
from tests.store.test_outbox import claim, client_id, send

HASH = "ab" * 32


async def upload(db: Database, agent_id: str, content_hash: str = HASH, at: int = NOW) -> str:
    """A document this agent has brought; its id."""

    async def write(tx: Transaction) -> str:
        new = NewMedia(hash=content_hash, kind="document", mime_type="application/pdf", size=9)
        row = await media.add(tx, new, at)
        one = Upload(agent_id, content_hash, "", "Offer.pdf")
        await media.add_upload(tx, one, row["id"], at)
        return str(row["id"])

    return await db.write(write)


def command(media_id: str, name: str | None = None, **more: str) -> SendMessage:
    reference = MediaReference(media_id, name)
    return SendMessage(more.get("client_id") or client_id(), "Here", "document", media=reference)


async def send_file(
    db: Database, ana: Agent, conversation_id: str, media_id: str, name: str | None = None
) -> MessageRow:
    return (await accept_message(db, ana, conversation_id, command(media_id, name), NOW))[0]


async def test_a_file_waits_for_whatsapp_and_its_followers_with_it(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    row = await send_file(db, ana, conversation_id, await upload(db, ana.id))
    await send(db, ana, conversation_id, "And this")
    assert await claim(db) == []
    (wanting,) = await db.read(lambda tx: whatsapp_media.wanting(tx, NOW, 10))
    assert (wanting["client_id"], bool(wanting["is_next"])) == (row.client_id, True)
    await db.write(partial(whatsapp_media.add, message=wanting, whatsapp_id="777", now=NOW))
    assert await db.read(lambda tx: whatsapp_media.wanting(tx, NOW, 10)) == []
    (only,) = await claim(db)
    assert (only.message_type, only.whatsapp_media_id, only.text) == ("document", "777", "Here")


async def test_an_id_past_its_time_does_not_count(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await send_file(db, ana, conversation_id, await upload(db, ana.id))
    (wanting,) = await db.read(lambda tx: whatsapp_media.wanting(tx, NOW, 10))
    long_ago = NOW - whatsapp_media.KEPT_FOR
    await db.write(partial(whatsapp_media.add, message=wanting, whatsapp_id="777", now=long_ago))
    assert await claim(db) == []
    assert len(await db.read(lambda tx: whatsapp_media.wanting(tx, NOW, 10))) == 1


async def test_only_what_the_agent_has_brought_may_be_sent_and_as_what_it_is(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    theirs = await upload(db, "agent-ben")
    for media_id in (theirs, "media-x"):
        with pytest.raises(NotFound) as raised:
            await send_file(db, ana, conversation_id, media_id)
        assert raised.value.code == "media_not_found"
    ours = await upload(db, ana.id)
    assert ours == theirs  # one file, two who may send it
    wrong = SendMessage(client_id(), "", "image", media=MediaReference(ours))
    with pytest.raises(Invalid):
        await accept_message(db, ana, conversation_id, wrong, NOW)


async def test_the_same_body_has_the_same_file_under_the_same_name(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    media_id = await upload(db, ana.id)
    other_id = await upload(db, ana.id, "cd" * 32)
    first = command(media_id)
    row, stored_now = await accept_message(db, ana, conversation_id, first, NOW)
    assert stored_now
    assert row.media is not None
    assert (row.media.id, row.media.filename) == (media_id, "Offer.pdf")
    for same in (None, "Offer.pdf", "../Offer.pdf"):
        again = command(media_id, same, client_id=first.client_id)
        assert await accept_message(db, ana, conversation_id, again, NOW) == (row, False)
    for other in (command(media_id, "x.pdf", client_id=first.client_id),
                  command(other_id, client_id=first.client_id)):  # fmt: skip
        with pytest.raises(Conflict):
            await accept_message(db, ana, conversation_id, other, NOW)


def put(files: MediaFiles, name: str, age_days: float) -> Path:
    """A file as old as that."""
    path = files.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-")
    os.utime(path, (NOW / 1_000 - age_days * 86_400,) * 2)
    return path


async def test_what_nobody_sends_is_forgotten_after_a_day_and_nothing_else(
    db: Database, ana: Agent, conversation_id: str, tmp_path: Path
) -> None:
    files, long_ago = MediaFiles(tmp_path), NOW - 3 * DAY
    sent = await upload(db, ana.id, "aa" * 32, long_ago)
    await send_file(db, ana, conversation_id, sent)
    await upload(db, ana.id, "bb" * 32, long_ago)
    await upload(db, ana.id, "cc" * 32, NOW)
    kept = [put(files, "aa" * 32, 3), put(files, "cc" * 32, 3), put(files, "dd" * 32, 0.5)]
    gone = [put(files, "bb" * 32, 3), put(files, "ee" * 32, 3)]
    left = tmp_path / "media/incoming/left-by-a-dead-process"
    left.parent.mkdir()
    left.write_bytes(b"half")
    os.utime(left, (long_ago / 1_000,) * 2)

    await prune_store(db, Keeping(), NOW)
    assert await prune_files(db, files, Keeping(), NOW) == 3
    assert [path.exists() for path in kept] == [True] * 3
    assert [path.exists() for path in [*gone, left]] == [False] * 3
    rows = await db.read(lambda tx: tx.all("SELECT hash FROM media ORDER BY hash"))
    assert [row["hash"] for row in rows] == ["aa" * 32, "cc" * 32]
    with pytest.raises(NotFound):  # the agent's right was for a day; the message keeps its file
        await send_file(db, ana, conversation_id, sent)


async def test_a_file_brought_again_meanwhile_stays(tmp_path: Path) -> None:
    files = MediaFiles(tmp_path)
    old = put(files, "aa" * 32, 3)
    before = NOW / 1_000 - 86_400
    found = files.old(before)
    os.utime(old)
    assert await files.forget([path for paths in found for path in paths], before) == 0
    assert old.exists()


async def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    files = MediaFiles(tmp_path)
    async with files.incoming() as incoming:
        await incoming.write(b"one ")
        await incoming.write(b"two")
        assert not files.path(incoming.hash).exists()
        await files.keep(incoming.path, incoming.hash)
    assert files.path(incoming.hash).read_bytes() == b"one two"
    async with files.incoming() as other:
        await other.write(b"half")
    assert not other.path.exists()
