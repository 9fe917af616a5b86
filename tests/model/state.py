"""Everything the model remembers at one moment: nested tuples of small numbers, equal when the moment is.

Message m is one place in every tuple that has one per message; so is tab t in `tabs` (first the sender's, then those
of another agent). Messages are entered in the order of their numbers.
"""

from typing import Final, NamedTuple, TypeVar

from tests.model.evidence import status_of
from tests.model.setting import Setting

# Where a message stands in one tab of its sender.
(
    ABSENT,  # not here: not entered, or purged after its row was drawn
    DRAFT,  # in the composer, with the id it will keep
    QUEUED,  # waits for its turn
    TRIED,  # may have reached the server: the server is asked before it is posted (again)
    POSTED,  # an answer is waited for
    ASKING,  # too old to be sent without the agent's consent
    ACCEPTED,  # another tab got the answer; the row has not come here yet
    RETURNED,  # the server's word that it will not be sent: in composer or tray
    LIFTING,  # failed: the text is stored as a draft, and this tab asks to be the one who settles the row
    LIFTING_IN_DOUBT,  # as before, and an answer was lost
    LIFTED,  # failed and settled: the text is in the composer, under a new id
) = range(11)
QUEUE: Final = (QUEUED, TRIED, POSTED)
IN_THREAD: Final = (QUEUED, TRIED, POSTED, ASKING, ACCEPTED)

# What this browser's storage has of a message, and what tabs tell each other of one.
NOTHING, STORED_DRAFT, STORED_ENTRY, STORED_RETURNED = range(4)
NO_WRITE: Final = -1
NO_NEWS, NEWS_QUEUED, NEWS_TRIED, NEWS_ACCEPTED, NEWS_RETURNED = range(5)

# A POST under way; a greater number is the answer on its way back: the row, as `view_of` codes it.
NO_POST, GOING, REJECTED, CANCELLED = range(4)

# A tab's life: closed, or which of its two beginnings are behind it.
CLOSED, LOADING, DISK_READ, SNAPSHOT, READY = -1, 0, 1, 2, 3

# Outbox state of a row.
WAITING, CLAIMED, DOUBTED, DONE = range(4)

# A call to WhatsApp, as 8 * attempt + one of these; 0 is no call. DEAD: on the wire, and nobody hears the answer.
CALLING, ACCEPTS, REFUSES, PACES, HOLDS, UNKNOWN, DEAD = range(1, 8)


class Link(NamedTuple):
    """A tab's line to the event stream. Sets of messages are bit masks: rows are read when an event is sent, so all
    that matters is for which messages events lie behind the cursor."""

    follows: int = 0  # a snapshot gave it a cursor
    open: int = 0
    behind: int = 0  # messages with events after the cursor, or not sent yet while it is open
    swallowed: int = 0  # messages whose event was lost on this connection without anybody noticing
    frame: tuple[int, ...] = ()  # the event on its way: message, row
    page: tuple[int, ...] = ()  # the page of history on its way: all rows


class Tab(NamedTuple):
    """One page. Rows are as it has them in its cache."""

    life: int
    phases: tuple[int, ...]
    rows: tuple[int, ...]
    writes: tuple[int, ...]  # what the storage will hold when the write under way commits
    posts: tuple[int, ...]
    posted: int  # mask: this page has posted it (R19)
    link: Link


class Row(NamedTuple):
    """A stored message. `attempts`, `unmatched` (orphan statuses): evidence of each attempt, oldest first."""

    outbox: int
    attempts: tuple[int, ...]
    wamids: int  # mask: attempts whose wamid is known
    unmatched: tuple[int, ...]
    rev: int
    dismissed: int
    pos: int


class State(NamedTuple):
    """One moment."""

    tabs: tuple[Tab, ...]
    disk: tuple[int, ...]  # the sender's browser storage
    lifted: tuple[int, ...]  # copies of lifted texts in it
    news: tuple[tuple[int, ...], ...]  # on its way to each of the sender's tabs
    lock: int  # 0, or the number of the tab that posts, from 1
    loose: tuple[int, ...]  # POSTs on the wire that nobody waits for
    tombstones: int  # mask: never to be stored
    rows: tuple[Row | None, ...]
    unsaved: int  # mask: rows that a crash would take (only if a rule is broken)
    calls: tuple[int, ...]  # of the living server process
    strays: tuple[int, ...]  # of a process that is dead or taken for dead
    copies: int  # mask: late copies of "Send again" on the wire
    paused: int  # the number is held, or WhatsApp does not answer
    left: tuple[int, ...]  # of each fault
    # What only the judge knows
    entered: int  # how many texts were entered
    handed: tuple[tuple[int, ...], ...]  # how often WhatsApp accepted each attempt
    told: tuple[tuple[int, ...], ...]  # evidence of the statuses we answered with 200, per attempt
    asked: tuple[int, ...]  # how often a person wanted each text sent
    settled: int  # mask: a person wants no more of it
    unordered: int  # mask: it has left the queue once, so no order is owed to it
    overtaken: int  # mask: a later message was handed over while it was in the queue


_T = TypeVar("_T")


def put(items: tuple[_T, ...], place: int, item: _T) -> tuple[_T, ...]:
    """The tuple with one item exchanged."""
    return (*items[:place], item, *items[place + 1 :])


def view_of(row: Row | None) -> int:
    """A row as browsers get it: 0 for none, else `rev << 5 | status << 1 | dismissed`."""
    if row is None:
        return 0
    return row.rev << 5 | status_of(row.attempts) << 1 | row.dismissed


def status_in(view: int) -> int:
    """The status that a browser shows for this row."""
    return view >> 1 & 15


def start(setting: Setting) -> State:
    """Nothing entered yet, all tabs open and up to date."""
    none = (0,) * setting.messages
    link = Link(follows=1, open=1)
    tab = Tab(READY, none, none, (NO_WRITE,) * setting.messages, none, 0, link)
    nothing: tuple[int, ...] = (0,) * setting.attempts
    return State(
        tabs=(tab,) * (setting.tabs + setting.watchers),
        disk=none,
        lifted=none,
        news=(none,) * (setting.tabs if setting.tabs > 1 else 0),
        lock=0,
        loose=none,
        tombstones=0,
        rows=(None,) * setting.messages,
        unsaved=0,
        calls=none,
        strays=none,
        copies=0,
        paused=0,
        left=setting.budget,
        entered=0,
        handed=(nothing,) * setting.messages,
        told=(nothing,) * setting.messages,
        asked=(0,) * setting.texts,
        settled=0,
        unordered=0,
        overtaken=0,
    )
