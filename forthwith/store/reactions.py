"""Reactions and revisions: what somebody changes about a message that is there already."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from forthwith.domain.times import iso
from forthwith.protocol.content import Content
from forthwith.store import events
from forthwith.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Reacted:
    """Who reacts with what. `wamid`: of the reaction. `at`: WhatsApp's time in milliseconds. `emoji` empty: taken back."""

    wamid: str
    sender_id: str
    name: str
    by: str
    emoji: str
    at: int


async def react(tx: Transaction, message: Row, reacted: Reacted, now: int) -> None:
    """One reaction of each person, the newest by WhatsApp's time. A repeat changes nothing and makes no event (R10)."""
    known: dict[str, dict[str, Any]] = json.loads(message["reactions_json"] or "{}")
    before = known.get(reacted.sender_id, {"at": 0, "wamids": []})
    if before["at"] > reacted.at or reacted.wamid in before["wamids"]:
        return
    # WhatsApp's clock ticks in seconds: within one, the last to come stands, and a repeat is told by its own id.
    same = before["wamids"] if before["at"] == reacted.at else []
    known[reacted.sender_id] = {
        "emoji": reacted.emoji,
        "name": reacted.name,
        "by": reacted.by,
        "at": reacted.at,
        "wamids": [*same, reacted.wamid],
    }
    await _change(tx, message, now, "reactions_json", json.dumps(known))


async def revise(tx: Transaction, message: Row, text: str | None, at: int, now: int) -> None:
    """Its writer has changed it, or deleted it (`text` None). The words a deletion hides stay in the raw webhook."""
    content = msgspec.json.decode(message["content_json"] or b"{}", type=Content)
    moment = iso(at)
    if content.revoked_at or (
        text is not None and content.edited_at and content.edited_at >= moment
    ):
        return
    parts = {"revoked_at": moment} if text is None else {"edited_at": moment}
    changed = msgspec.structs.replace(content, **parts)
    await _change(
        tx,
        message,
        now,
        "content_json",
        msgspec.json.encode(changed).decode(),
        "" if text is None else text,
    )


async def _change(
    tx: Transaction, message: Row, now: int, column: str, value: str, text: str | None = None
) -> None:
    await tx.run(
        f"""UPDATE messages SET {column} = :value, text_content = COALESCE(:text, text_content),
        rev = rev + 1, updated_at = :now WHERE id = :id""",
        value=value,
        text=text,
        now=now,
        id=message["id"],
    )
    conversation = {"id": message["conversation_id"], "inbox_id": message["inbox_id"]}
    await events.append(tx, "message_status_update", conversation, now, message_id=message["id"])
