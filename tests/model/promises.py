"""What must hold at every moment and over every step (G1-G5, G7, G8), and what counts as finished.

Each promise is one function that returns True when it is broken; its key is the word a trace is headed with.
"""

from collections.abc import Callable

from tests.model.evidence import (
    ACCUSED,
    DELIVERED,
    FAILED,
    JOINED,
    SENDING,
    SENT,
    has_arrived,
    status_of,
)
from tests.model.setting import Setting
from tests.model.state import (
    ABSENT,
    CLAIMED,
    CLOSED,
    DEAD,
    DONE,
    DRAFT,
    IN_THREAD,
    LIFTED,
    LIFTING,
    LIFTING_IN_DOUBT,
    NO_WRITE,
    NOTHING,
    READY,
    RETURNED,
    Row,
    State,
    Tab,
    status_in,
    view_of,
)


def lost(before: State, after: State, setting: Setting) -> bool:
    """G8: the text of an entered message is nowhere, and nobody settled it."""
    for m in range(after.entered):
        if after.settled >> m & 1 or after.disk[m] != NOTHING or after.lifted[m]:
            continue
        row = after.rows[m]
        if row is not None and not (row.dismissed and status_of(row.attempts) == FAILED):
            continue
        if all(tab.phases[m] == ABSENT for tab in after.tabs[: setting.tabs]):
            return True
    return False


def gone(before: State, after: State, setting: Setting) -> bool:
    """G2: a browser shows the server's time of a message that the server does not have."""
    return any(
        row is None and any(tab.rows[m] for tab in after.tabs) for m, row in enumerate(after.rows)
    )


def doubled(before: State, after: State, setting: Setting) -> bool:
    """G1: WhatsApp has accepted an attempt twice, or a text more often than people wanted it; or a repetition
    sets out although the message is known to have arrived."""
    if before.handed is not after.handed:
        for text in range(setting.texts):
            times = [after.handed[m] for m in range(text, setting.messages, setting.texts)]
            if any(count > 1 for each in times for count in each):
                return True
            if sum(map(sum, times)) > after.asked[text]:
                return True
    if before.rows is not after.rows:
        for old, new in zip(before.rows, after.rows, strict=True):
            is_claim = old is not None and new is not None and old.outbox != new.outbox == CLAIMED
            if is_claim and old is not None and has_arrived(old.attempts[:-1]):
                return True
    return False


def out_of_order(before: State, after: State, setting: Setting) -> bool:
    """G5: a message is handed over for the first time after a later one had overtaken it in the queue."""
    return any(
        before.overtaken >> m & 1 and any(after.handed[m]) and not any(before.handed[m])
        for m in range(setting.texts)
    )


def row_falls(before: State, after: State, setting: Setting) -> bool:
    """G4: a status falls on the server. Only a failure may take back `sent`."""
    return any(
        old is not new and old is not None and _falls(view_of(old), view_of(new), new)
        for old, new in zip(before.rows, after.rows, strict=True)
    )


def screen_falls(before: State, after: State, setting: Setting) -> bool:
    """G4: a status falls in a tab whose page lives on."""
    for was, tab in zip(before.tabs, after.tabs, strict=True):
        if was.rows is not tab.rows:
            for m, row in enumerate(after.rows):
                is_changed = (
                    was.rows[m] != tab.rows[m] != 0
                )  # a row leaves a page with the page only
                if is_changed and _falls(was.rows[m], tab.rows[m], row):
                    return True
    return False


def _falls(old: int, new: int, row: Row | None) -> bool:
    if new >> 5 < old >> 5:
        return True
    had, has = status_in(old), status_in(new)
    if had >= DELIVERED:
        return has < had
    if had != SENT or has >= SENT:
        return False
    return row is None or not any(attempt & ACCUSED for attempt in row.attempts)


def twice(before: State, after: State, setting: Setting) -> bool:
    """G3: a tab shows a message in two places."""
    for t in range(setting.tabs):
        tab = after.tabs[t]
        if before.tabs[t] is not tab and tab.life == READY:
            for m in range(setting.messages):
                if tab.phases[m] and tab.rows[m] and _places(tab, m, setting) > 1:
                    return True
    return False


def returned_and_stored(before: State, after: State, setting: Setting) -> bool:
    """G1: a text is back with its agent as one that was not sent, and is stored to be sent."""
    for tab in after.tabs[: setting.tabs]:
        if RETURNED in tab.phases:
            for m, phase in enumerate(tab.phases):
                if phase == RETURNED and after.rows[m] is not None:
                    return True
    return False


def missing(before: State, after: State, setting: Setting) -> bool:
    """G3: a message that was on a tab's screen is there no more, though the page lives and nobody settled it; or
    the sender's only tab has loaded and does not show it."""
    for t in range(setting.tabs):
        was, tab = before.tabs[t], after.tabs[t]
        if was is tab or tab.life != READY:
            continue
        for m in range(after.entered):
            if _places(tab, m, setting) or tab.rows[m] & 1:
                continue
            if setting.tabs == 1 or (was.life == READY and _places(was, m, setting)):
                return True
    return False


def _places(tab: Tab, m: int, setting: Setting) -> int:
    """Thread, tray and composer, counted. A text that is being lifted out of the tray counts once."""
    phase, row = tab.phases[m], tab.rows[m]
    if phase in (LIFTING, LIFTING_IN_DOUBT, LIFTED):
        return 1
    is_matched = setting.rules.event_carries_client_id
    places = int(phase in (DRAFT, RETURNED))
    if phase in IN_THREAD and not (row and is_matched):
        places += 1
    if row and not (status_in(row) == FAILED and row & 1):
        places += 1
    return places


def unheard(before: State, after: State, setting: Setting) -> bool:
    """G7: we answered a status with 200, and it neither counts nor waits for its wamid."""
    for m, told in enumerate(after.told):
        row = after.rows[m]
        if row is before.rows[m] and told is before.told[m]:
            continue
        for n, words in enumerate(told):
            if words == 0:
                continue
            if row is None or n >= len(row.attempts):
                return True
            kept = row.unmatched[n]
            if JOINED[JOINED[row.attempts[n]][kept]][words] != JOINED[row.attempts[n]][kept]:
                return True
            if kept and (row.wamids >> n & 1 or not setting.faults.get("bare")):
                return True
    return False


def lies(before: State, after: State, setting: Setting) -> bool:
    """G1: `sent` or more of what WhatsApp never had; less than `delivered` of what is known to be; `failed` of what
    WhatsApp has and never accused.
    """
    for m, row in enumerate(after.rows):
        if row is None or row is before.rows[m]:
            continue
        if has_arrived(row.attempts) and not any(after.handed[m]):
            return True
        status = status_of(row.attempts)
        if status < DELIVERED and any(attempt & 3 >= 2 for attempt in row.attempts):
            return True
        if status == FAILED and _has_it_and_never_accused(after, m):
            return True
    return False


def _has_it_and_never_accused(s: State, m: int) -> bool:
    return any(
        times and not told & ACCUSED for times, told in zip(s.handed[m], s.told[m], strict=True)
    )


Promise = Callable[[State, State, Setting], bool]
Judges = tuple[tuple[str, Promise], ...]

OF_CALLS: Judges = (("doubled", doubled), ("out of order", out_of_order))
OF_ROWS: Judges = (("backwards", row_falls), ("lies", lies), ("unheard", unheard))
OF_TABS: Judges = (("backwards", screen_falls), ("twice", twice), ("missing", missing))
OF_TEXTS: Judges = (("gone", gone), ("lost", lost), ("twice", returned_and_stored))
WORDS = frozenset(word for word, _ in OF_CALLS + OF_ROWS + OF_TABS + OF_TEXTS) | {"stuck"}

_JUDGES: tuple[Judges, ...] = tuple(
    (OF_CALLS if changed & 1 else ())
    + (OF_ROWS if changed & 2 else ())
    + (OF_TABS if changed & 4 else ())
    + (OF_TEXTS if changed & 6 else ())
    for changed in range(8)
)


def broken(before: State, after: State, setting: Setting) -> str | None:
    """The first promise that this step breaks; only those are judged that speak of what has changed.

    A setting that watches for one word is not told of others.
    """
    changed = 0
    if before.calls is not after.calls or before.strays is not after.strays:
        changed = 1
    if before.rows is not after.rows or before.told is not after.told:
        changed |= 2
    if before.tabs is not after.tabs:
        changed |= 4
    for word, is_broken in _JUDGES[changed]:
        if is_broken(before, after, setting) and setting.watches in (None, word):
            return word
    return None


def is_final(s: State, setting: Setting) -> bool:
    """Every entered message has its outcome, and every open tab shows what a fresh one would."""
    if any(s.calls) or s.paused or s.unsaved or s.copies:
        return False
    if any(stray and stray % 8 != DEAD for stray in s.strays):
        return False
    rows = tuple(map(view_of, s.rows))
    for t, tab in enumerate(s.tabs):
        if tab.life == CLOSED:
            continue
        link = tab.link
        if tab.life != READY or tab.rows != rows or not link.open:
            return False
        if link.behind or link.swallowed or link.frame or link.page:
            return False
        if t < setting.tabs and any(phase in _UNSETTLED for phase in tab.phases):
            return False
        if any(write != NO_WRITE for write in tab.writes):
            return False
    for row in s.rows:
        if row is not None and (row.outbox != DONE or status_of(row.attempts) == SENDING):
            return False
    return all(
        s.rows[m] is not None or any(tab.phases[m] == RETURNED for tab in s.tabs[: setting.tabs])
        for m in range(s.entered)
    )


_UNSETTLED = (DRAFT, *IN_THREAD, LIFTING, LIFTING_IN_DOUBT)
