"""Inboxes: all conversations of one business number each."""

from forthwith.protocol.shapes import InboxRow
from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id


async def ensure(
    tx: Transaction,
    phone_number_id: str,
    business_account_id: str,
    name: str,
    display_phone_number: str,
    now: int,
) -> str:
    """The inbox of a business number, made when missing with every agent as a member; returns its id."""
    inbox_id = new_id("inbox")
    made = await tx.run(
        """INSERT INTO inboxes (id, name, phone_number_id, business_account_id, display_phone_number, created_at)
        VALUES (:id, :name, :phone_number_id, :business_account_id, :display, :now)
        ON CONFLICT (phone_number_id) DO NOTHING""",
        id=inbox_id,
        name=name,
        phone_number_id=phone_number_id,
        business_account_id=business_account_id,
        display=display_phone_number,
        now=now,
    )
    if made:
        await tx.run(
            "INSERT INTO inbox_members (inbox_id, agent_id) SELECT :id, id FROM agents", id=inbox_id
        )
        return inbox_id
    row = await by_phone_number_id(tx, phone_number_id)
    assert row is not None, "the insert found it there"
    return str(row["id"])


async def by_phone_number_id(tx: Transaction, phone_number_id: str) -> Row | None:
    """The inbox that webhooks of this number belong to."""
    return await tx.one("SELECT * FROM inboxes WHERE phone_number_id = :id", id=phone_number_id)


async def numbers(tx: Transaction) -> dict[str, str]:
    """Inbox ids by phone number id."""
    rows = await tx.all("SELECT id, phone_number_id FROM inboxes")
    return {row["phone_number_id"]: row["id"] for row in rows}


async def of_agent(tx: Transaction, agent_id: str) -> list[InboxRow]:
    """The inboxes an agent may see."""
    rows = await tx.all(
        """SELECT i.* FROM inboxes i JOIN inbox_members m ON m.inbox_id = i.id
        WHERE m.agent_id = :agent_id ORDER BY i.created_at, i.id""",
        agent_id=agent_id,
    )
    return [InboxRow(row["id"], row["name"], row["display_phone_number"]) for row in rows]


async def pause(tx: Transaction, inbox_id: str, until: int, reason: str) -> None:
    """Claim nothing of this number before `until`: messages wait, none fails. A longer pause stands."""
    await tx.run(
        """UPDATE inboxes SET paused_until = :until, paused_reason = :reason
        WHERE id = :id AND (paused_until IS NULL OR paused_until < :until)""",
        id=inbox_id,
        until=until,
        reason=reason,
    )


async def hold(tx: Transaction, inbox_id: str, now: int, until: int, reason: str) -> bool:
    """Pause a number that cannot send at all; True when that is news, for all processes: it could when last asked."""
    await pause(tx, inbox_id, until, reason)
    changed = await tx.run(
        "UPDATE inboxes SET held_since = :now WHERE id = :id AND held_since IS NULL",
        now=now,
        id=inbox_id,
    )
    return changed > 0


async def can_send_again(tx: Transaction, inbox_id: str) -> None:
    """WhatsApp has accepted something from a number that it had held."""
    await tx.run("UPDATE inboxes SET held_since = NULL WHERE id = :id", id=inbox_id)


async def fall_silent(tx: Transaction, inbox_id: str, until: int | None) -> None:
    """Claim nothing of a number that does not answer, before `until`; None: it answers. A pause asked for stands."""
    await tx.run(
        "UPDATE inboxes SET silent_until = :until WHERE id = :id", until=until, id=inbox_id
    )


async def phone_number_id_of(tx: Transaction, inbox_id: str) -> str:
    """The number that this inbox's messages go out from."""
    row = await tx.one("SELECT phone_number_id FROM inboxes WHERE id = :id", id=inbox_id)
    assert row is not None, "conversations belong to an inbox"
    return str(row["phone_number_id"])
