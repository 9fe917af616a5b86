"""Our server: it accepts, claims, stores outcomes, and comes back from the dead (R5-R9)."""

from collections.abc import Iterator

from tests.model.evidence import ACCUSED, LAPSED
from tests.model.names import MESSAGE, TAB, Step
from tests.model.rows import new_row, next_pos, recorded, with_row, without_needless
from tests.model.setting import CRASH, LEASE, REJECTION, STALE, Setting
from tests.model.state import (
    ACCEPTS,
    CALLING,
    CANCELLED,
    CLAIMED,
    DEAD,
    DONE,
    DOUBTED,
    GOING,
    HOLDS,
    REFUSES,
    REJECTED,
    UNKNOWN,
    WAITING,
    Row,
    State,
    put,
    view_of,
)
from tests.model.wire import cut, spent


def post_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """A POST reaches the server, whose answer sets out."""
    for t in range(setting.tabs):
        for m in range(setting.messages):
            if s.tabs[t].posts[m] != GOING:
                continue
            for after, answer in _accepted(s, m, setting):
                tab = after.tabs[t]
                tab = tab._replace(posts=put(tab.posts, m, answer))
                yield TAB[t] + MESSAGE[m], after._replace(tabs=put(after.tabs, t, tab))


def loose_post_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """A POST that nobody waits for any longer reaches the server all the same; or it never does."""
    for m in range(setting.messages):
        if s.loose[m]:
            on = s._replace(loose=put(s.loose, m, s.loose[m] - 1))
            for after, _ in _accepted(on, m, setting):
                yield MESSAGE[m], after


def _accepted(s: State, m: int, setting: Setting) -> Iterator[tuple[State, int]]:
    """R5: insert or nothing. The answer is the row, or why there is none."""
    row = s.rows[m]
    if row is not None and setting.rules.unique_for_ever:
        yield s, view_of(row)
        return
    if s.tombstones >> m & 1:
        yield s, CANCELLED
        return
    if s.left[REJECTION] and row is None:
        after = spent(s, REJECTION)
        if setting.rules.rejection_remembered:
            after = after._replace(tombstones=s.tombstones | 1 << m)
        yield after, REJECTED
    new = new_row(next_pos(s), setting)
    if row is not None:  # stored a second time: whoever forgets an id cannot know better
        new = new._replace(rev=row.rev + 1, pos=row.pos)
    after = with_row(s, m, new)
    if setting.rules.unique_for_ever:  # later copies will change nothing, whenever they come
        after = after._replace(loose=put(s.loose, m, 0))
    if not setting.rules.stored_before_answer:
        after = after._replace(unsaved=s.unsaved | 1 << m)
    yield after, view_of(new)


def row_is_written_late(s: State, setting: Setting) -> Iterator[Step]:
    """Only where the answer came before the commit."""
    for m in range(setting.messages):
        if s.unsaved >> m & 1:
            yield MESSAGE[m], s._replace(unsaved=s.unsaved & ~(1 << m))


def worker_claims(s: State, setting: Setting) -> Iterator[Step]:
    """R6: the oldest waiting message of a lane with nothing in flight; committed, then called."""
    if s.paused:
        return
    waiting = []
    for m, row in enumerate(s.rows):
        if row is None or s.unsaved >> m & 1:
            continue
        if row.outbox == WAITING:
            waiting.append((row.pos, m, row))
        elif row.outbox != DONE and setting.rules.lane:
            return
    waiting.sort()
    for _, m, row in waiting[:1] if setting.rules.lane else waiting:
        if s.calls[m] == 0 or s.strays[m] == 0:
            call = 8 * (len(row.attempts) - 1) + CALLING
            strays = put(s.strays, m, s.calls[m]) if s.calls[m] else s.strays
            after = with_row(s, m, row._replace(outbox=CLAIMED))
            yield MESSAGE[m], after._replace(calls=put(s.calls, m, call), strays=strays)


def outcome_is_stored(s: State, setting: Setting) -> Iterator[Step]:
    """R7: what WhatsApp answered to the living process."""
    for m in range(setting.messages):
        n, answer = divmod(s.calls[m], 8)
        if answer > CALLING:
            after = s._replace(calls=put(s.calls, m, 0))
            after = _with_outcome(after, m, n, answer, setting, owns_claim=True)
            yield MESSAGE[m], after
            if answer == UNKNOWN:
                yield f"{MESSAGE[m]}, the second in a row", after._replace(paused=1)


def late_outcome_is_stored(s: State, setting: Setting) -> Iterator[Step]:
    """A process that was taken for dead stores its outcome after all. It may speak of its own attempt only."""
    for m in range(setting.messages):
        n, answer = divmod(s.strays[m], 8)
        if CALLING < answer < DEAD:
            after = s._replace(strays=put(s.strays, m, 0))
            is_fenced = setting.rules.outcome_fenced
            yield MESSAGE[m], _with_outcome(after, m, n, answer, setting, owns_claim=not is_fenced)


def _with_outcome(
    s: State, m: int, n: int, answer: int, setting: Setting, owns_claim: bool
) -> State:
    if answer == ACCEPTS:
        return recorded(s, m, n, 1, True, setting)
    if answer == REFUSES or (answer == UNKNOWN and not setting.rules.unknown_is_no_refusal):
        return recorded(s, m, n, ACCUSED, False, setting)
    row = s.rows[m]
    if row is None or row.outbox != CLAIMED or not owns_claim:
        return s
    if answer == UNKNOWN and setting.rules.doubt_waits_for_people:
        return with_row(s, m, row._replace(outbox=DOUBTED))
    after = with_row(s, m, without_needless(row._replace(outbox=WAITING), setting))
    return after._replace(paused=1) if answer == HOLDS else after


def number_is_well_again(s: State, setting: Setting) -> Iterator[Step]:
    """The administrator has mended it, or the harmless read was answered (R7, R9)."""
    if s.paused:
        yield "", s._replace(paused=0)


def abandoned_claim_is_found(s: State, setting: Setting) -> Iterator[Step]:
    """R8: nobody knows whether the dead process's call arrived."""
    for m, row in enumerate(s.rows):
        if row is not None and row.outbox == CLAIMED and s.calls[m] == 0:
            state = DOUBTED if setting.rules.abandoned_is_doubted else WAITING
            yield MESSAGE[m], with_row(s, m, row._replace(outbox=state))


def doubt_lapses(s: State, setting: Setting) -> Iterator[Step]:
    """R9: the waiting time has passed without a word: `unconfirmed`, and the lane goes on."""
    for m, row in enumerate(s.rows):
        if row is not None and row.outbox == DOUBTED and setting.rules.doubt_lapses:
            after = recorded(s, m, len(row.attempts) - 1, LAPSED, False, setting)
            yield MESSAGE[m], after._replace(unordered=s.unordered | 1 << m)


def stored_message_grows_stale(s: State, setting: Setting) -> Iterator[Step]:
    """R8: accepted long ago and never claimed: returned, not sent."""
    if s.left[STALE]:
        for m, row in enumerate(s.rows):
            if row is not None and row.outbox == WAITING:
                after = recorded(s, m, len(row.attempts) - 1, ACCUSED, False, setting)
                yield MESSAGE[m], spent(after, STALE)


def lease_ends_too_early(s: State, setting: Setting) -> Iterator[Step]:
    """A process was asleep: another one takes it for dead, while its call is still under way."""
    if s.left[LEASE]:
        for m, row in enumerate(s.rows):
            if row is not None and row.outbox == CLAIMED and s.calls[m] and not s.strays[m]:
                after = with_row(s, m, row._replace(outbox=DOUBTED))
                after = after._replace(
                    calls=put(s.calls, m, 0), strays=put(s.strays, m, s.calls[m])
                )
                yield MESSAGE[m], spent(after, LEASE)


def server_crashes(s: State, setting: Setting) -> Iterator[Step]:
    """Memory, sockets and calls are gone; what was called may still arrive. It starts again at once."""
    if not s.left[CRASH]:
        return
    strays = tuple(
        _left_behind(call) or _left_behind(stray)
        for call, stray in zip(s.calls, s.strays, strict=True)
    )
    rows = tuple(
        None if s.unsaved >> m & 1 else _reread(row, setting) for m, row in enumerate(s.rows)
    )
    after = s._replace(
        tabs=tuple(tab._replace(link=cut(tab.link)) for tab in s.tabs),
        rows=rows,
        unsaved=0,
        calls=(0,) * setting.messages,
        strays=strays,
    )
    yield "", spent(after, CRASH)


def _left_behind(call: int) -> int:
    """A request that has set out may still arrive; an answer has nobody to hear it."""
    return call - CALLING + DEAD if call % 8 == CALLING else call if call % 8 == DEAD else 0


def _reread(row: Row | None, setting: Setting) -> Row | None:
    """A row as the next process finds it."""
    if row is not None and row.outbox == CLAIMED and not setting.rules.claim_before_call:
        return row._replace(outbox=WAITING)
    return row
