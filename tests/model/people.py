"""What people do about a message that failed, is in doubt, came back or asks (§3, R9, R17, R19)."""

from collections.abc import Iterator

from tests.model.browser import returned
from tests.model.entries import applied, is_composer_empty, moved, told
from tests.model.evidence import ACCUSED, FAILED, UNCONFIRMED, status_of
from tests.model.names import MESSAGE, TAB, Step
from tests.model.rows import new_row, next_pos, recorded, revised, with_row
from tests.model.setting import COPY, LOSS, Setting
from tests.model.state import (
    ABSENT,
    ASKING,
    LIFTED,
    LIFTING,
    LIFTING_IN_DOUBT,
    NEWS_QUEUED,
    READY,
    TRIED,
    WAITING,
    Row,
    State,
    put,
    status_in,
    view_of,
)
from tests.model.wire import spent


def _shown_as(s: State, status: int) -> Iterator[tuple[int, int]]:
    """Tabs of either agent that show an unsettled message so; the server may know better by now."""
    for t, tab in enumerate(s.tabs):
        if tab.life == READY:
            for m, row in enumerate(tab.rows):
                if row and not row & 1 and status_in(row) == status:
                    yield t, m


def _is(row: Row | None, status: int) -> bool:
    """Still so on the server, and settled by nobody: the condition of every call here, one caller wins."""
    return row is not None and not row.dismissed and status_of(row.attempts) == status


def agent_sends_again(s: State, setting: Setting) -> Iterator[Step]:
    """Of an unconfirmed message: the next attempt of the same row."""
    for t, m in _shown_as(s, UNCONFIRMED):
        row = s.rows[m]
        if row is None or not _is(row, UNCONFIRMED) or len(row.attempts) == setting.attempts:
            continue
        text = m % setting.texts
        after = _attempted_again(s, m, row)
        after = after._replace(asked=put(s.asked, text, s.asked[text] + 1))
        after = applied(after, t, m, view_of(after.rows[m]), setting)
        yield TAB[t] + MESSAGE[m], after
        if s.left[COPY]:
            copied = spent(after._replace(copies=s.copies | 1 << m), COPY)
            yield TAB[t] + MESSAGE[m] + ", with a copy", copied


def _attempted_again(s: State, m: int, row: Row) -> State:
    return with_row(s, m, revised(row, attempts=(*row.attempts, 0), outbox=WAITING))


def late_copy_of_send_again_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """Browsers repeat a request whose connection was reset before the answer. The new id it carries makes it the same."""
    for m in range(setting.messages):
        if s.copies >> m & 1:
            after = s._replace(copies=s.copies & ~(1 << m))
            row = s.rows[m]
            is_new = not setting.rules.retry_remembered and _is(row, UNCONFIRMED)
            if is_new and row is not None and len(row.attempts) < setting.attempts:
                after = _attempted_again(after, m, row)
            yield MESSAGE[m], after


def agent_leaves_it(s: State, setting: Setting) -> Iterator[Step]:
    """An unconfirmed message stays in the thread as it is; what WhatsApp says later still counts."""
    for t, m in _shown_as(s, UNCONFIRMED):
        if _is(s.rows[m], UNCONFIRMED):
            yield TAB[t] + MESSAGE[m], _dismissed(s, t, m, setting)


def agent_discards(s: State, setting: Setting) -> Iterator[Step]:
    """Of a failed message: nobody wants it any more."""
    for t, m in _shown_as(s, FAILED):
        if _is(s.rows[m], FAILED):
            yield TAB[t] + MESSAGE[m], _dismissed(s, t, m, setting)


def _dismissed(s: State, t: int, m: int, setting: Setting) -> State:
    row = s.rows[m]
    assert row is not None, "only a stored message is dismissed"
    after = with_row(s, m, revised(row, dismissed=1))._replace(settled=s.settled | 1 << m)
    return applied(after, t, m, view_of(after.rows[m]), setting)


def agent_retries(s: State, setting: Setting) -> Iterator[Step]:
    """Of a failed message: a new one, and the old one dismissed, in one transaction."""
    for t, m in _shown_as(s, FAILED):
        new, row = m + setting.texts, s.rows[m]
        if new >= setting.messages or row is None or not _is(row, FAILED):
            continue
        text = m % setting.texts
        after = with_row(s, m, revised(row, dismissed=1))
        after = with_row(after, new, new_row(next_pos(s), setting))
        after = after._replace(
            asked=put(s.asked, text, s.asked[text] + 1), settled=s.settled | 1 << m
        )
        for changed in (m, new):
            after = applied(after, t, changed, view_of(after.rows[changed]), setting)
        yield TAB[t] + MESSAGE[m], after


def tab_begins_to_lift(s: State, setting: Setting) -> Iterator[Step]:
    """R19: the tab that posted it, with an empty composer. The text is stored here before the row is settled (G8)."""
    for t, m in _shown_as(s, FAILED):
        if t >= setting.tabs or s.tabs[t].phases[m] != ABSENT:
            continue
        if s.tabs[t].posted >> m & 1 and is_composer_empty(s, t):
            copies = s.lifted[m] + 1 if setting.rules.staged_apart else 1
            after = moved(s, t, m, LIFTING)
            yield TAB[t] + MESSAGE[m], after._replace(lifted=put(s.lifted, m, copies))


def tab_settles_what_it_lifts(s: State, setting: Setting) -> Iterator[Step]:
    """Whoever dismisses first has the text; after a lost answer it is better twice than lost."""
    for t in range(setting.tabs):
        for m, phase in enumerate(s.tabs[t].phases):
            if phase not in (LIFTING, LIFTING_IN_DOUBT):
                continue
            row = s.rows[m]
            if row is not None and _is(row, FAILED):
                lifted = with_row(s, m, revised(row, dismissed=1))
                view = view_of(lifted.rows[m])
                yield TAB[t] + MESSAGE[m], applied(moved(lifted, t, m, LIFTED), t, m, view, setting)
                if s.left[LOSS]:
                    doubted = spent(moved(lifted, t, m, LIFTING_IN_DOUBT), LOSS)
                    yield TAB[t] + MESSAGE[m] + ", answer lost", doubted
            elif phase == LIFTING_IN_DOUBT:
                yield TAB[t] + MESSAGE[m], moved(s, t, m, LIFTED)
            else:
                copies = s.lifted[m] - 1 if setting.rules.staged_apart else 0
                after = s._replace(lifted=put(s.lifted, m, copies))
                yield TAB[t] + MESSAGE[m], moved(after, t, m, ABSENT)


def agent_consents(s: State, setting: Setting) -> Iterator[Step]:
    """An entry that was too old is to be sent all the same."""
    for t in range(setting.tabs):
        for m, phase in enumerate(s.tabs[t].phases):
            if phase == ASKING:
                yield TAB[t] + MESSAGE[m], told(moved(s, t, m, TRIED), t, m, NEWS_QUEUED)


def agent_takes_back(s: State, setting: Setting) -> Iterator[Step]:
    """An entry that was too old may have arrived, so the server is told first, and remembers."""
    for t in range(setting.tabs):
        for m, phase in enumerate(s.tabs[t].phases):
            if phase != ASKING:
                continue
            cancelled = _cancelled(s, m, setting)
            row = cancelled.rows[m]
            if row is None:
                yield TAB[t] + MESSAGE[m], returned(cancelled, t, m)
            elif cancelled is not s:
                yield TAB[t] + MESSAGE[m], applied(cancelled, t, m, view_of(row), setting)
            if s.left[LOSS]:
                yield TAB[t] + MESSAGE[m] + ", answer lost", spent(cancelled, LOSS)


def _cancelled(s: State, m: int, setting: Setting) -> State:
    row = s.rows[m]
    if row is None:
        remembered = s.tombstones | 1 << m if setting.rules.cancel_remembered else s.tombstones
        return s._replace(tombstones=remembered)
    if row.outbox != WAITING:
        return s
    return recorded(s, m, len(row.attempts) - 1, ACCUSED, False, setting)
