"""How stored rows change: every change of what agents see raises `rev` and is an event, in the same step (R2, R4)."""

from tests.model.evidence import ACCUSED, JOINED, has_arrived, status_of
from tests.model.setting import Setting
from tests.model.state import DONE, WAITING, Row, State, Tab, put


def new_row(pos: int, setting: Setting) -> Row:
    """A message just accepted: its first attempt waits in its lane (R5)."""
    return Row(WAITING, (0,), 0, (0,) * setting.attempts, _least_rev((0,), 0), 0, pos)


def next_pos(s: State) -> int:
    """The next number of the conversation (R3)."""
    return sum(row is not None for row in s.rows)


def revised(row: Row, **change: object) -> Row:
    """The row with a change, and a greater `rev` if agents see it."""
    new = row._replace(**change)  # type: ignore[arg-type]  # the names of Row's fields
    before = status_of(row.attempts), row.dismissed
    after = status_of(new.attempts), new.dismissed
    if before == after:
        return new
    return new._replace(rev=max(row.rev + 1, _least_rev(new.attempts, new.dismissed)))


def _least_rev(attempts: tuple[int, ...], dismissed: int) -> int:
    """What agents see nearly always rises, so it can be counted: that keeps moments equal that differ in history."""
    return 12 * len(attempts) + 2 * status_of(attempts) + dismissed


def with_row(s: State, m: int, row: Row) -> State:
    """The moment after a transaction that wrote this row, and its event if agents see a change."""
    old = s.rows[m]
    rows = put(s.rows, m, row)
    if old is not None and old.rev == row.rev:
        return s._replace(rows=rows)
    return s._replace(rows=rows, tabs=published(s.tabs, 1 << m))


def published(tabs: tuple[Tab, ...], messages: int) -> tuple[Tab, ...]:
    """An event of these messages lies behind every cursor."""
    return tuple(
        tab._replace(link=tab.link._replace(behind=tab.link.behind | messages))
        if tab.link.follows and tab.link.behind | messages != tab.link.behind
        else tab
        for tab in tabs
    )


def recorded(s: State, m: int, n: int, evidence: int, names_wamid: bool, setting: Setting) -> State:
    """Evidence about attempt `n` joined into its row; a wamid known for the first time adopts its orphans (R10)."""
    row = s.rows[m]
    if row is None or n >= len(row.attempts):
        return s
    known, wamids, unmatched = row.attempts[n], row.wamids, row.unmatched
    if names_wamid and not wamids >> n & 1:
        wamids |= 1 << n
        evidence = JOINED[evidence][unmatched[n]]
        unmatched = put(unmatched, n, 0)
    is_joined = setting.rules.status_is_joined
    joined = JOINED[known][evidence] if is_joined else _overwritten(known, evidence)
    if joined == known and wamids == row.wamids:
        return s
    attempts = put(row.attempts, n, joined)
    # The outcome of the newest attempt is known: the lane goes on (R9).
    outbox = DONE if n == len(attempts) - 1 else row.outbox
    changed = revised(row, attempts=attempts, wamids=wamids, unmatched=unmatched, outbox=outbox)
    return with_row(s, m, without_needless(changed, setting))


def without_needless(row: Row, setting: Setting) -> Row:
    """ "Send again" has not left, and an attempt before it arrived after all: it need not leave any more (R9)."""
    rules = setting.rules
    is_needless = row.outbox == WAITING and has_arrived(row.attempts[:-1])
    if not is_needless or not rules.arrival_withdraws_repeat:
        return row
    attempts = row.attempts[:-1] if rules.withdrawn_is_forgotten else row.attempts
    return revised(row, attempts=attempts, outbox=DONE)


def _overwritten(known: int, evidence: int) -> int:
    """What a state machine makes of it: the newest word wins."""
    return known if evidence == 0 else (ACCUSED | known & 3 if evidence & ACCUSED else evidence)
