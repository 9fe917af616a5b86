"""Rows as browsers see them. Times are ISO 8601 in UTC with milliseconds; `created_at` is always the server's."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from forthwith.protocol.content import Content

Direction = Literal["inbound", "outbound"]
SenderRole = Literal["agent", "contact", "system"]
Status = Literal[
    "sending", "sent", "delivered", "read", "played", "failed", "unconfirmed", "received"
]

BrowserHop = Literal["enter", "painted", "posted", "answered", "drawn"]
HopName = Literal[
    "enter", "painted", "posted", "answered", "drawn",
    "stored", "claimed", "accepted", "sent", "delivered", "read", "played",
    "paced", "held", "not_sent", "unanswered", "lapsed", "again",
    "refused", "failed", "returned", "dismissed", "retried",
]  # fmt: skip
LostBy = Literal["timeout", "broken", "unreadable", "fault", "stopped"]

MediaKind = Literal["image", "video", "audio", "document", "sticker"]
SentType = Literal["text", "image", "video", "audio", "document", "sticker"]
MediaLoss = Literal["expired", "too_large", "damaged", "unavailable"]


class MessageError(Struct, frozen=True):
    """Why a message failed: `code` has one sentence in the web catalogue, `params` fill it, `detail` is WhatsApp's own text."""

    code: str
    params: dict[str, str | int] = {}
    detail: str | None = None


class Crossing(Struct, frozen=True):
    """Who answered first when two answers crossed, and when (R21)."""

    name: str
    at: str


class ReactionRow(Struct, frozen=True):
    """One person's reaction to a message."""

    emoji: str
    sender_id: str
    sender_name: str
    by: SenderRole


class Media(Struct, frozen=True, kw_only=True):
    """The file of a message. `id` is opaque, `size` in bytes (0 while it is not known), `voice` a voice note.

    `state`: `fetching` while a contact's file is on its way here, `gone` when it will not come any more, for `reason`.
    """

    id: str
    mime_type: str
    size: int
    filename: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    duration_ms: int | UnsetType = UNSET
    voice: bool | UnsetType = UNSET
    state: Literal["ready", "fetching", "gone"] = "ready"
    reason: MediaLoss | UnsetType = UNSET


class UploadedMedia(Struct, frozen=True, kw_only=True):
    """A file an agent may send: `kind` is the `message_type` it goes as."""

    id: str
    kind: MediaKind
    mime_type: str
    size: int
    filename: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    duration_ms: int | UnsetType = UNSET
    voice: bool | UnsetType = UNSET


class UploadAnswer(Struct, frozen=True):
    """`POST /api/media`."""

    media: UploadedMedia


class MediaReference(Struct, frozen=True):
    """What `UploadAnswer` named; `filename` may be another than at the upload."""

    id: str
    filename: str | UnsetType | None = UNSET


class MessageRow(Struct, frozen=True, kw_only=True, rename={"id": "_id"}):
    """A stored message, whole: events carry it like this and never as a delta (R12)."""

    id: str
    client_id: str
    conversation_id: str
    message_type: str
    type: str
    direction: Direction
    sender_role: SenderRole
    sender_id: str
    sender_name: str
    text_content: str
    status: Status
    timestamp: str
    created_at: str
    updated_at: str
    pos: int
    rev: int
    wamid: str | None = None
    error: MessageError | None = None
    retry_of: str | None = None
    dismissed_at: str | None = None
    reply_to: str | None = None
    media: Media | None = None
    reactions: list[ReactionRow] = []
    crossed: bool = False
    crossed_by: Crossing | UnsetType = UNSET
    content: Content | UnsetType = UNSET


class ContactRow(Struct, frozen=True, kw_only=True, rename={"id": "_id"}):
    """The customer's person; phone and username may each be missing."""

    id: str
    name: str
    phone: str | UnsetType = UNSET
    username: str | UnsetType = UNSET


class ConversationRow(Struct, frozen=True, kw_only=True, rename={"id": "_id"}):
    """A conversation as the list shows it. `last_message` has its own `rev` and may be newer than this row's."""

    id: str
    rev: int
    inbox_id: str
    contact: ContactRow
    last_message: MessageRow | None
    last_pos: int
    last_activity_at: str
    read_up_to_pos: int
    unread_count: int
    service_window_expires_at: str | None
    unsent_count: int


class AgentRow(Struct, frozen=True, rename={"id": "_id"}):
    """The agent who is signed in."""

    id: str
    email: str
    name: str


class InboxRow(Struct, frozen=True, rename={"id": "_id"}):
    """All conversations of one business number."""

    id: str
    name: str
    display_phone_number: str


class SessionAnswer(Struct, frozen=True):
    """`POST` and `GET /api/session`. `debug` turns the console tags on; `epoch` names the store.

    `emulator_console`: address of the emulator's console in the demo, else empty.
    """

    agent: AgentRow
    inboxes: list[InboxRow]
    epoch: str
    debug: bool = False
    emulator_console: str = ""


class ConversationPage(Struct, frozen=True):
    """A snapshot of the list, true at `as_of_seq`; `next_cursor` is opaque, null at the end."""

    as_of_seq: int
    epoch: str
    conversations: list[ConversationRow]
    next_cursor: str | None


class MessagePage(Struct, frozen=True):
    """A snapshot of part of a conversation, ordered by `pos`, true at `as_of_seq`."""

    as_of_seq: int
    epoch: str
    messages: list[MessageRow]
    has_more: bool


class SignIn(Struct, frozen=True):
    """Body of `POST /api/session`."""

    email: str
    password: str


class SendMessage(Struct, frozen=True):
    """Body of `POST /api/conversations/{id}/messages`. `seen_pos`: greatest `pos` on the sender's screen (R21)."""

    client_id: str
    text_content: str
    message_type: SentType = "text"
    seen_pos: int | None = None
    reply_to: str | None = None
    media: MediaReference | UnsetType | None = UNSET


class RetryMessage(Struct, frozen=True):
    """Body of `POST /api/messages/{client_id}/retry`; the new id is used when a failed row becomes a new message."""

    client_id: str


class MarkRead(Struct, frozen=True):
    """Body of `POST /api/conversations/{id}/read`."""

    up_to_pos: int


class ReportedHop(Struct, frozen=True):
    """What the sender's browser saw, in milliseconds since the epoch by its own clock."""

    name: BrowserHop
    at: int


class ReportedTrace(Struct, frozen=True):
    """Everything it saw of one message since the last report, or before as well."""

    client_id: str
    hops: list[ReportedHop]


class ReportTraces(Struct, frozen=True):
    """Body of `POST /api/traces`."""

    traces: list[ReportedTrace]


class Hop(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a message, at a time of the clock named: the sender's browser's or the server's.

    `attempt`: of what belongs to one. `code`: WhatsApp's number, `reason`: our word for it. `until`: put off until then.
    `why`, `after_ms`: how the answer of a call was lost, and how long after the call. `late`: WhatsApp named it after all, or had
    named it by then.
    `nth`: of a POST. `by`: the agent's name.
    """

    name: HopName
    at: str
    clock: Literal["browser", "server"] = "server"
    attempt: int = 0
    code: int | None = None
    reason: str | None = None
    until: str | None = None
    why: LostBy | None = None
    after_ms: int | None = None
    late: bool = False
    nth: int = 1
    by: str | None = None


class TraceAttempt(Struct, frozen=True):
    """One call to WhatsApp; `wamid` is null until it is known."""

    n: int
    wamid: str | None


class Trace(Struct, frozen=True, kw_only=True):
    """A message's life. Hops of one clock are in their order; only the browser's POST and answer tie the clocks."""

    client_id: str
    message_id: str
    pos: int
    status: Status
    attempts: list[TraceAttempt]
    hops: list[Hop]
    retry_of: str | None = None
    retried_as: str | None = None


class Problem(Struct, frozen=True, omit_defaults=True):
    """`application/problem+json`: `code` is stable, `detail` one English sentence for logs and scripts."""

    code: str
    status: int
    title: str
    detail: str = ""
    params: dict[str, str | int | float] = {}


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A numbered fact. `prev_seq` is the `seq` of the event sent before it on the same connection."""

    seq: int
    prev_seq: int
    type: Literal["new_message", "message_status_update", "messages_read", "conversation_updated"]
    conversation_id: str
    at: str
    message: MessageRow | None = None
    conversation: ConversationRow | None = None
    up_to_pos: int | None = None
    reader_id: str | None = None


class Resume(Struct, frozen=True, tag="resume", tag_field="type"):
    """The browser's first frame; an empty epoch or a wrong one is answered by `reset`."""

    protocol: int = 1
    epoch: str = ""
    seq: int = field(default=0)


class Welcome(Struct, frozen=True, tag="welcome", tag_field="type"):
    """Resuming is possible; `seq` is where the replay will end and moves nothing."""

    epoch: str
    seq: int


class Reset(Struct, frozen=True, tag="reset", tag_field="type"):
    """Resuming is not possible: fetch snapshots again; live events follow from `seq`."""

    epoch: str
    seq: int


class Heartbeat(Struct, frozen=True, tag="heartbeat", tag_field="type"):
    """Everything up to `seq` that this agent may see has been sent, the last of it as `prev_seq` (R13)."""

    seq: int
    prev_seq: int


class Events(Struct, frozen=True, tag="events", tag_field="type"):
    """Several events in one frame, in order."""

    events: list[Event]
