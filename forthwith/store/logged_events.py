"""Events with the messages they are about, in one statement."""

from forthwith.protocol.shapes import MessageRow
from forthwith.store.database import Transaction
from forthwith.store.events import NAMES, LoggedEvent
from forthwith.store.messages import SHOWN, to_message

EVENT = "event_"
"""Events and messages have columns of the same names."""
WITH_MESSAGES = f"""SELECT {", ".join(f"e.{name} AS {EVENT}{name}" for name in NAMES)}, {SHOWN}
    FROM events e LEFT JOIN messages m ON m.id = e.message_id WHERE e.seq > :seq ORDER BY e.seq LIMIT :limit"""


async def read_with_messages(
    tx: Transaction, seq: int, limit: int
) -> tuple[list[LoggedEvent], dict[str, MessageRow]]:
    """The next events after `seq`, in order, and the messages by id."""
    logged: list[LoggedEvent] = []
    about: dict[str, MessageRow] = {}
    for row in await tx.all(WITH_MESSAGES, seq=seq, limit=limit):
        logged.append(LoggedEvent(**{name: row[EVENT + name] for name in NAMES}))
        if row["id"] is not None and row["id"] not in about:
            about[row["id"]] = to_message(row)
    return logged, about
