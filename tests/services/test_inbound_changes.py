"""What contacts change about messages that are there counts once, whatever its order; a new number keeps the thread (R10)."""

import json
from typing import Any

from forthwith.domain.agent import Agent
from forthwith.domain.times import iso
from forthwith.protocol.content import Content
from forthwith.protocol.shapes import ReactionRow
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import events, inbound_changes, messages
from forthwith.store.database import Database
from tests.services.test_inbound_kinds import of_kind, rows
from tests.services.test_receive_webhook import accepted, body, inbound, receiver, status, threads
from tests.store.conftest import NOW

__all__ = ["receiver"]
SECOND = NOW // 1_000


def reaction(target: str, emoji: str | None, at: int = SECOND) -> dict[str, Any]:
    part = {"message_id": target, **({} if emoji is None else {"emoji": emoji})}
    return of_kind("reaction", part, at=at)


async def test_a_reaction_counts_once_and_the_newest_stands(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("Hello", "wamid.1")]))
    thumb = reaction("wamid.1", "👍", SECOND + 1)
    heart = reaction("wamid.1", "❤️", SECOND + 3)
    for each in (thumb, thumb, heart, reaction("wamid.1", "😂", SECOND + 2), thumb, heart):
        await receiver.receive(body(messages=[each]))
    (row,) = await rows(db, ana)
    assert row.reactions == [ReactionRow("❤️", row.sender_id, "Tomás", "contact")]
    assert (row.rev, await db.read(events.newest_seq)) == (3, 3), "repeats and old ones are silent"

    await receiver.receive(body(messages=[reaction("wamid.1", None, SECOND + 5)]))
    await receiver.receive(body(messages=[reaction("wamid.1", "👍", SECOND + 4)]))
    (row,) = await rows(db, ana)
    assert row.reactions == [], "taken back, and an older one does not return"


async def test_reactions_of_one_second_count_as_they_come_and_repeats_of_them_do_not(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("Hello", "wamid.1")]))
    on, off = reaction("wamid.1", "👍"), reaction("wamid.1", None)
    for each in (on, off, on):
        await receiver.receive(body(messages=[each]))
    (row,) = await rows(db, ana)
    assert (row.reactions, row.rev) == ([], 3)


async def test_a_reaction_to_our_message_finds_it_by_any_attempt(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await accepted(db, ana, conversation_id, "wamid.9")
    await receiver.receive(body(messages=[reaction("wamid.9", "🎉")]))
    again = (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]
    assert [each.emoji for each in again.reactions] == ["🎉"]
    assert again.status == "sent"


async def test_a_reaction_before_its_message_waits_for_it(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    early = body(messages=[reaction("wamid.1", "👍")])
    await receiver.receive(early)
    await receiver.receive(early)
    assert await inbound_changes.apply_early(db, NOW) == 0
    await receiver.receive(body(messages=[inbound("Hello", "wamid.1")]))
    assert await inbound_changes.apply_early(db, NOW) == 1
    assert await inbound_changes.apply_early(db, NOW) == 0
    (row,) = await rows(db, ana)
    assert [each.emoji for each in row.reactions] == ["👍"]


async def test_an_edit_changes_the_words_and_a_deletion_hides_them_for_good(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    def edit(text: str, at: int) -> dict[str, Any]:
        new = {"type": "text", "text": {"body": text}}
        return of_kind("edit", {"original_message_id": "wamid.1", "message": new}, at=at)

    await receiver.receive(body(messages=[inbound("Helo", "wamid.1")]))
    await receiver.receive(body(messages=[edit("Hello", SECOND + 2)]))
    await receiver.receive(body(messages=[edit("Hallo", SECOND + 1)]))
    (row,) = await rows(db, ana)
    assert row.text_content == "Hello"
    assert row.content == Content(edited_at=iso((SECOND + 2) * 1_000))

    revoke = of_kind("revoke", {"original_message_id": "wamid.1"}, at=SECOND + 3)
    await receiver.receive(body(messages=[revoke, edit("Back again", SECOND + 4)]))
    (row,) = await rows(db, ana)
    assert row.text_content == ""
    assert isinstance(row.content, Content)
    assert row.content.revoked_at == iso((SECOND + 3) * 1_000)


async def test_a_new_number_is_the_same_person_and_says_so_in_the_thread(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("Hello")]))
    (before,) = await threads(db, ana)
    system = {
        "body": "Tomás changed from 447700900226 to 447700900227",
        "wa_id": "447700900227",
        "user_id": "GB.78",
        "previous_user_id": "GB.77",
        "type": "user_changed_number",
    }
    change = of_kind("system", system)
    await receiver.receive(body(messages=[change]))
    await receiver.receive(body(messages=[change]))
    (thread,) = await threads(db, ana)
    assert thread.contact.phone == "447700900227"
    assert thread.unread_count == before.unread_count, "nobody has written"
    assert thread.service_window_expires_at == before.service_window_expires_at

    hello = inbound("It is me", sender="447700900227") | {"from_user_id": "GB.78"}
    await receiver.receive(_without_contacts([hello]))
    first, line, last = await rows(db, ana)
    assert (line.sender_role, line.message_type) == ("system", "system")
    assert last.text_content == "It is me"
    assert first.sender_id == last.sender_id


async def test_a_new_user_id_without_number_or_profile_keeps_the_thread(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("Hello")]))
    change = of_kind(
        "system", {"type": "user_changed_user_id", "user_id": "GB.80", "previous_user_id": "GB.77"}
    )
    del change["from"], change["from_user_id"]
    await receiver.receive(_without_contacts([change]))
    hello = inbound("It is me") | {"from_user_id": "GB.80"}
    del hello["from"]
    await receiver.receive(_without_contacts([hello]))
    assert [row.text_content for row in await rows(db, ana)] == ["Hello", "", "It is me"]


async def test_played_after_a_reaction_still_rises(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await accepted(db, ana, conversation_id, "wamid.9")
    await receiver.receive(body(messages=[reaction("wamid.9", "🎉")]))
    await receiver.receive(body(statuses=[status("wamid.9", "played")]))
    again = (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]
    assert (again.status, [each.emoji for each in again.reactions]) == ("played", ["🎉"])


def _without_contacts(given: list[dict[str, Any]]) -> bytes:
    whole = json.loads(body(messages=given))
    del whole["entry"][0]["changes"][0]["value"]["contacts"]
    return json.dumps(whole).encode()
