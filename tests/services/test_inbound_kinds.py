"""Whatever kind of message a contact sends, its parts reach the agents' browsers, and changes count once (R10, R12)."""

from typing import Any

import pytest

from forthwith.domain.agent import Agent
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
from forthwith.protocol.shapes import MessageRow
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import messages
from forthwith.store.database import Database
from tests.services.test_receive_webhook import (
    aside,
    body,
    inbound,
    receiver,
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
