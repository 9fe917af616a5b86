"""What happens to one entry of the browser's outbox, in the tab where it happens and in the others (R15, R16, R18)."""

from tests.model.setting import CLOSE, RELOAD, Setting
from tests.model.state import (
    ABSENT,
    CLOSED,
    DRAFT,
    GOING,
    LIFTED,
    LIFTING,
    LIFTING_IN_DOUBT,
    NEWS_ACCEPTED,
    NO_POST,
    NO_WRITE,
    NOTHING,
    QUEUE,
    State,
    put,
)

_OUT_OF_THE_OUTBOX = (ABSENT, LIFTING, LIFTING_IN_DOUBT, LIFTED)


def applied(s: State, t: int, m: int, row: int, setting: Setting, matched: bool = True) -> State:
    """A row enters the cache by its one door: the greater `rev` is kept (R14). It settles the entry of its id.

    The product's own door is TypeScript (`web/src/cache/applyRow.ts`); this is its rule in two lines.
    """
    tab = s.tabs[t]
    if not setting.rules.greater_rev_kept or row >> 5 > tab.rows[m] >> 5:
        tab = tab._replace(rows=put(tab.rows, m, row))
        s = s._replace(tabs=put(s.tabs, t, tab))
    if not matched or tab.phases[m] in _OUT_OF_THE_OUTBOX:
        return s
    return purged(s, t, m)


def purged(s: State, t: int, m: int) -> State:
    """The row is drawn: entry or draft of this id is needed no longer, here or in the storage."""
    phase = s.tabs[t].phases[m]
    s = moved(s, t, m, ABSENT)
    if s.disk[m] != NOTHING or s.tabs[t].writes[m] != NO_WRITE:
        s = writing(s, t, m, NOTHING)
    return s if phase == DRAFT else told(s, t, m, NEWS_ACCEPTED)


def moved(s: State, t: int, m: int, phase: int) -> State:
    """The entry in another phase. A POST that is not waited for any longer stays on the wire; an idle lock is free."""
    tab = s.tabs[t]
    loose = put(s.loose, m, s.loose[m] + 1) if tab.posts[m] == GOING else s.loose
    posts = put(tab.posts, m, NO_POST) if tab.posts[m] else tab.posts
    tab = tab._replace(phases=put(tab.phases, m, phase), posts=posts)
    busy = s.lock != t + 1 or any(phase in QUEUE for phase in tab.phases)
    return s._replace(tabs=put(s.tabs, t, tab), loose=loose, lock=s.lock if busy else 0)


def writing(s: State, t: int, m: int, what: int) -> State:
    """A write to the storage begins; until it commits, a reload finds what was there before.

    When no page can end any more, nobody can tell when it commits: at once then, to spare the search those states.
    """
    if not (s.left[RELOAD] or s.left[CLOSE]) and what != NO_WRITE:
        return s._replace(disk=put(s.disk, m, what))
    tab = s.tabs[t]
    return s._replace(tabs=put(s.tabs, t, tab._replace(writes=put(tab.writes, m, what))))


def told(s: State, t: int, m: int, news: int) -> State:
    """The sender's other tabs are told; the newest word about an entry is all they need."""
    for other in range(len(s.news)):
        if other != t and s.tabs[other].life != CLOSED:
            s = s._replace(news=put(s.news, other, put(s.news[other], m, news)))
    return s


def is_composer_empty(s: State, t: int) -> bool:
    """No draft and no lifted text stands in it."""
    return not any(
        phase in (DRAFT, LIFTING, LIFTING_IN_DOUBT, LIFTED) for phase in s.tabs[t].phases
    )


def unordered(s: State, m: int) -> State:
    """It waits for the agent's word now, so messages entered later may go first (R18)."""
    return s._replace(unordered=s.unordered | 1 << m)
