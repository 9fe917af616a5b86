"""The past of the demo: believable rows, made once."""

from pathlib import Path

from forthwith.config import Settings
from forthwith.demo.seed import PastMessage, Persona, Seeded, seed
from forthwith.protocol.shapes import ConversationRow, MessageRow
from forthwith.store import agents, conversations, inboxes, messages
from forthwith.store.database import Database, Transaction

NOW = 1_790_000_000_000
SETTINGS = Settings(
    data_dir=Path("unused"),
    whatsapp_phone_number_id="900000000000001",
    whatsapp_business_account_id="800000000000001",
    inbox_name="Alder Lane Cycles",
)
CAST = [
    Persona(
        "447700900301",
        "Mara",
        bsuid="GB.301",
        messages=[
            PastMessage("inbound", "Is it ready?", 7_200, "received", "wamid.1"),
            PastMessage("outbound", "Tomorrow.", 3_600, "read", "wamid.2"),
            PastMessage("inbound", "Lovely.", 60, "received", "wamid.3"),
        ],
    ),
    Persona(
        "447700900302",
        "Ivo",
        bsuid="GB.302",
        username="ivo.rides",
        phone_hidden=True,
        messages=[
            PastMessage("outbound", "Your wheel is here.", 90_000, "delivered", "wamid.5"),
            PastMessage("inbound", "On my way.", 100_000, "received", "wamid.4"),
        ],
    ),
    Persona("447700900303", "Nobody yet"),
]


async def everything(db: Database) -> list[tuple[ConversationRow, list[MessageRow]]]:
    async def read(tx: Transaction) -> list[tuple[ConversationRow, list[MessageRow]]]:
        inbox = await inboxes.by_phone_number_id(tx, SETTINGS.whatsapp_phone_number_id)
        assert inbox is not None
        page = await conversations.page(tx, frozenset({inbox["id"]}), "all", None, 10)
        return [(row, await messages.page(tx, row.id, None, 10)) for row, _ in page]

    return await db.read(read)


async def test_the_past_is_in_order_with_its_statuses_and_what_is_unread(db: Database) -> None:
    assert await seed(db, SETTINGS, CAST, NOW) == Seeded(3, 5)
    (mara, of_mara), (ivo, of_ivo) = await everything(db)
    assert [row.text_content for row in of_mara] == ["Is it ready?", "Tomorrow.", "Lovely."]
    assert [row.status for row in of_mara] == ["received", "read", "received"]
    assert [row.pos for row in of_mara] == [1, 2, 3]
    assert of_mara[1].sender_name == "Ana"
    assert of_mara[1].wamid == "wamid.2"
    assert (mara.unread_count, mara.read_up_to_pos, mara.unsent_count) == (1, 2, 0)
    assert mara.contact.phone == "447700900301"
    assert mara.service_window_expires_at == "2026-09-22T14:12:20.000Z"
    assert [row.text_content for row in of_ivo] == ["On my way.", "Your wheel is here."]
    assert of_ivo[1].status == "delivered"
    assert of_ivo[1].sender_name == "Ben"
    assert (ivo.contact.username, ivo.unread_count) == ("ivo.rides", 0)
    assert not ivo.contact.phone


async def test_seeding_twice_changes_nothing(db: Database) -> None:
    await seed(db, SETTINGS, CAST, NOW)
    before = await everything(db)
    assert await seed(db, SETTINGS, CAST, NOW + 1) == Seeded(0, 0)
    assert await everything(db) == before
    assert await db.read(lambda tx: agents.by_email(tx, "ana@demo.example")) is not None
