"""Whatever kind of message a contact sends, its parts reach the agents' browsers, and changes count once (R10, R12)."""

import json
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.times import iso
from forthwith.protocol.content import (
    CardLine,
    Choice,
    ContactCard,
    Content,
    Form,
    FormField,
    Location,
    Order,
    ProductItem,
    Referral,
    Unsupported,
)
from forthwith.protocol.shapes import MessageRow, ReactionRow
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import events, inbound_changes, messages
from forthwith.store.database import Database
from tests.services.test_receive_webhook import (
    accepted,
    aside,
    body,
    inbound,
    receiver,
    status,
    threads,
)
from tests.store.conftest import NOW

__all__ = ["receiver"]
SECOND = NOW // 1_000


def of_kind(kind: str, part: Any, **more: Any) -> dict[str, Any]:
    """A message of this kind, with the contact's usual envelope."""
    message = inbound("", **more)
    del message["text"]
    return {**message, "type": kind, **({kind: part} if part is not None else {})}


def reaction(target: str, emoji: str | None, at: int = SECOND) -> dict[str, Any]:
    part = {"message_id": target, **({} if emoji is None else {"emoji": emoji})}
    return of_kind("reaction", part, at=at)


async def rows(db: Database, ana: Agent) -> list[MessageRow]:
    (thread,) = await threads(db, ana)
    return await db.read(lambda tx: messages.page(tx, thread.id, None, 50))


KINDS = [
    pytest.param(
        of_kind(
            "location",
            {"latitude": 50.8, "longitude": -1.09, "name": "The Hard", "address": "Portsmouth"},
        ),
        "The Hard",
        Content(
            location=Location(latitude=50.8, longitude=-1.09, name="The Hard", address="Portsmouth")
        ),
        id="location",
    ),
    pytest.param(
        of_kind(
            "contacts",
            [
                {
                    "name": {"formatted_name": "Lucía Gómez"},
                    "org": {"company": "Boatyard"},
                    "phones": [{"phone": "+44 7700 900001", "type": "WORK"}],
                    "emails": [{"email": "lucia@demo.example"}],
                    "addresses": [{"street": "1 Quay", "city": "Portsmouth", "type": "HOME"}],
                    "urls": [{"url": "https://boatyard.example"}],
                },
                {"phones": [{"phone": "+44 7700 900002"}]},
            ],
        ),
        "Lucía Gómez, +44 7700 900002",
        Content(
            contacts=[
                ContactCard(
                    name="Lucía Gómez",
                    organisation="Boatyard",
                    lines=[
                        CardLine(kind="phone", value="+44 7700 900001", label="WORK"),
                        CardLine(kind="email", value="lucia@demo.example"),
                        CardLine(kind="address", value="1 Quay, Portsmouth", label="HOME"),
                        CardLine(kind="url", value="https://boatyard.example"),
                    ],
                ),
                ContactCard(
                    name="+44 7700 900002",
                    lines=[CardLine(kind="phone", value="+44 7700 900002")],
                ),
            ]
        ),
        id="contacts",
    ),
    pytest.param(
        of_kind(
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "b", "title": "Blue", "description": "M"}},
        ),
        "Blue",
        Content(choice=Choice(kind="list_reply", id="b", description="M")),
        id="a row of a list",
    ),
    pytest.param(
        of_kind("button", {"payload": "STOP", "text": "Unsubscribe"}),
        "Unsubscribe",
        Content(choice=Choice(kind="button", id="STOP")),
        id="a template's button",
    ),
    pytest.param(
        of_kind(
            "interactive",
            {
                "type": "nfm_reply",
                "nfm_reply": {
                    "name": "flow",
                    "body": "Sent",
                    "response_json": '{"flow_token":"x","size":"M","days":["mon"]}',
                },
            },
        ),
        "Sent",
        Content(
            form=Form(
                name="flow",
                fields=[
                    FormField(name="size", value="M"),
                    FormField(name="days", value='["mon"]'),
                ],
            )
        ),
        id="a form",
    ),
    pytest.param(
        of_kind(
            "order",
            {
                "catalog_id": "7",
                "text": "Two, please",
                "product_items": [
                    {
                        "product_retailer_id": "lamp",
                        "quantity": 2,
                        "item_price": 30,
                        "currency": "GBP",
                    }
                ],
            },
        ),
        "Two, please",
        Content(
            order=Order(
                catalog="7",
                items=[ProductItem(product="lamp", quantity=2, price="30.00", currency="GBP")],
            )
        ),
        id="an order",
    ),
    pytest.param(
        of_kind(
            "unsupported",
            {"type": "poll_creation"},
            errors=[{"code": 131051, "error_data": {"details": "Not supported."}}],
        ),
        "",
        Content(
            unsupported=Unsupported(kind="poll_creation", code=131051, detail="Not supported.")
        ),
        id="unsupported",
    ),
    pytest.param(
        of_kind("hologram", {"body": "Boo"}),
        "Boo",
        Content(unsupported=Unsupported(kind="hologram")),
        id="a kind of the future",
    ),
    pytest.param(
        inbound(
            "More?",
            referral={"headline": "Chat", "body": "Summer", "source_url": "https://ad.example"},
            context={
                "frequently_forwarded": True,
                "referred_product": {"product_retailer_id": "p"},
            },
        ),
        "More?",
        Content(
            referral=Referral(headline="Chat", body="Summer", source_url="https://ad.example"),
            product="p",
            forwarded="often",
        ),
        id="a forwarded text from an advertisement",
    ),
]


@pytest.mark.parametrize(("message", "text", "content"), KINDS)
async def test_each_kind_comes_with_its_words_and_its_parts(
    db: Database,
    ana: Agent,
    receiver: WebhookReceiver,
    message: dict[str, Any],
    text: str,
    content: Content,
) -> None:
    await receiver.receive(body(messages=[message]))
    (row,) = await rows(db, ana)
    assert (row.text_content, row.content) == (text, content)
    assert (row.message_type, await aside(db)) == (message["type"], [])


@pytest.mark.parametrize(
    "message",
    [
        of_kind("location", {"latitude": "north", "longitude": True}),
        of_kind("location", {"latitude": 91, "longitude": 0}),
        of_kind("contacts", "nobody"),
        of_kind("contacts", [None, {}, {"name": 7, "phones": {"phone": 1}}]),
        of_kind("interactive", {"nfm_reply": {"response_json": "[" * 5_000}}),
        of_kind("interactive", None),
        of_kind("order", {"product_items": [{"quantity": "many", "item_price": "1e999999"}, 3]}),
        of_kind("unsupported", [], errors=[{"code": "x"}]),
        inbound("Hello", referral=[1], context={"referred_product": "p", "forwarded": "yes"}),
    ],
    ids=lambda message: message["type"],
)
async def test_parts_of_no_sensible_form_are_left_out_and_the_message_comes(
    db: Database, ana: Agent, receiver: WebhookReceiver, message: dict[str, Any]
) -> None:
    await receiver.receive(body(messages=[message]))
    (row,) = await rows(db, ana)
    assert row.message_type == message["type"]
    assert await aside(db) == []


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
