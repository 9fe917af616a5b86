"""The list, the history of one conversation, and its read position. Snapshots carry the `seq` they are true at."""

import base64
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import answer, read_body
from forthwith.api.context import Edge, SignedIn
from forthwith.domain.errors import Invalid, NotFound
from forthwith.protocol.shapes import ConversationPage, ConversationRow, MarkRead, MessagePage
from forthwith.services.read_conversation import read_conversation
from forthwith.store import conversations, events, messages
from forthwith.store.database import Transaction

router = APIRouter(prefix="/api/conversations")
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("")
async def list_conversations(
    edge: Edge,
    agent: SignedIn,
    only: Annotated[Literal["", "all", "unread", "unsent"], Query(alias="filter")] = "",
    cursor: str | None = None,
    limit: Limit = 50,
) -> Response:
    """By last activity, newest first."""
    after = _read_cursor(cursor) if cursor else None

    async def read(tx: Transaction) -> ConversationPage:
        rows = await conversations.page(tx, agent.inbox_ids, only, after, limit + 1)
        more = len(rows) > limit
        return ConversationPage(
            as_of_seq=await events.newest_seq(tx),
            epoch=edge.db.epoch,
            conversations=[row for row, _ in rows[:limit]],
            next_cursor=_write_cursor(*rows[limit - 1]) if more else None,
        )

    return answer(await edge.db.read(read))


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: str, edge: Edge, agent: SignedIn) -> Response:
    """One row, for a conversation opened by its address."""

    async def read(tx: Transaction) -> ConversationRow:
        if await conversations.visible(tx, conversation_id, agent.inbox_ids) is None:
            raise NotFound
        return (await conversations.by_ids(tx, [conversation_id]))[conversation_id]

    return answer(await edge.db.read(read))


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: str,
    edge: Edge,
    agent: SignedIn,
    before_pos: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Limit = 50,
) -> Response:
    """Up to `limit` messages before `before_pos`, ordered by `pos`; the newest without it."""

    async def read(tx: Transaction) -> MessagePage:
        if await conversations.visible(tx, conversation_id, agent.inbox_ids) is None:
            raise NotFound
        rows = await messages.page(tx, conversation_id, before_pos, limit + 1)
        return MessagePage(
            as_of_seq=await events.newest_seq(tx),
            epoch=edge.db.epoch,
            messages=rows[-limit:],
            has_more=len(rows) > limit,
        )

    return answer(await edge.db.read(read))


@router.post("/{conversation_id}/read")
async def mark_read(
    request: Request, conversation_id: str, edge: Edge, agent: SignedIn
) -> Response:
    """The team has read up to there; WhatsApp is told beside the message lanes."""
    command = await read_body(request, MarkRead)
    if command.up_to_pos < 0:
        raise Invalid("invalid_body", field="up_to_pos")
    receipt = await read_conversation(
        edge.db, agent, conversation_id, command.up_to_pos, edge.now()
    )
    if receipt is not None:
        edge.tell_read(conversation_id, receipt.phone_number_id, receipt.wamid)
    return Response(status_code=204)


def _write_cursor(row: ConversationRow, last_activity_at: int) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((last_activity_at, row.id))).decode()


def _read_cursor(cursor: str) -> tuple[int, str]:
    """Opaque to clients, so whatever is not ours is refused."""
    try:
        activity, last_id = msgspec.json.decode(
            base64.urlsafe_b64decode(cursor), type=tuple[int, str]
        )
    except (ValueError, msgspec.MsgspecError):
        raise Invalid("invalid_body", field="cursor") from None
    if not 0 <= activity < 2**62 or not (last_id.isascii() and last_id.isprintable()):
        raise Invalid("invalid_body", field="cursor")
    return activity, last_id
