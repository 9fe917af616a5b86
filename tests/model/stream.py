"""From the log to the tabs: pages, the socket, resume (R12-R14)."""

from collections.abc import Iterator

from tests.model.entries import applied
from tests.model.names import MESSAGE, TAB, Step
from tests.model.setting import DROP, FRAME, PAGE, RESET, Setting
from tests.model.state import CLOSED, SNAPSHOT, Link, State, put, view_of
from tests.model.wire import cut, spent


def _linked(s: State, t: int, link: Link) -> State:
    return s._replace(tabs=put(s.tabs, t, s.tabs[t]._replace(link=link)))


def page_is_read(s: State, setting: Setting) -> Iterator[Step]:
    """The server reads a page; the first gives the tab its cursor. Whatever happens now lies behind that cursor."""
    for t, tab in enumerate(s.tabs):
        if tab.life == CLOSED or tab.link.page:
            continue
        rows = tuple(map(view_of, s.rows))
        if not tab.link.follows:
            yield TAB[t], _linked(s, t, Link(follows=1, page=rows))
        elif not tab.life & SNAPSHOT:
            yield TAB[t], _linked(s, t, tab.link._replace(page=rows))
        elif s.left[PAGE]:
            yield TAB[t], spent(_linked(s, t, tab.link._replace(page=rows)), PAGE)


def page_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """However late: it only adds and raises (R14)."""
    for t, tab in enumerate(s.tabs):
        if tab.link.page:
            tab = tab._replace(life=tab.life | SNAPSHOT, link=tab.link._replace(page=()))
            after = s._replace(tabs=put(s.tabs, t, tab))
            for m, row in enumerate(s.tabs[t].link.page):
                if row:
                    after = applied(after, t, m, row, setting)
            yield TAB[t], after


def socket_connects(s: State, setting: Setting) -> Iterator[Step]:
    """R13: resume by cursor. A tab without one is told where the log ends, and a page read later fits on it."""
    for t, tab in enumerate(s.tabs):
        link = tab.link
        if link.open or tab.life == CLOSED:
            continue
        if not link.follows:
            yield TAB[t], _linked(s, t, link._replace(follows=1, open=1))
        elif tab.life & SNAPSHOT:
            behind = link.behind if setting.rules.resume_by_cursor else 0
            yield TAB[t], _linked(s, t, link._replace(open=1, behind=behind))


def socket_connects_too_late(s: State, setting: Setting) -> Iterator[Step]:
    """`reset`: the log no longer reaches back to the cursor, so the pages are fetched again."""
    if s.left[RESET]:
        for t, tab in enumerate(s.tabs):
            if tab.link.follows and not tab.link.open and tab.life & SNAPSHOT:
                tab = tab._replace(life=tab.life & ~SNAPSHOT, link=Link(follows=1, open=1))
                yield TAB[t], spent(s._replace(tabs=put(s.tabs, t, tab)), RESET)


def event_is_sent(s: State, setting: Setting) -> Iterator[Step]:
    """The row is read now, whenever its event was written (R2, R12)."""
    for t, tab in enumerate(s.tabs):
        link = tab.link
        if link.open and link.behind and not link.frame:
            for m in range(setting.messages):
                if link.behind >> m & 1:
                    frame = (m, view_of(s.rows[m]))
                    sent = link._replace(behind=link.behind & ~(1 << m), frame=frame)
                    yield TAB[t] + MESSAGE[m], _linked(s, t, sent)


def event_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """If its `prev_seq` does not match, the tab resumes at once instead of applying it (R13)."""
    for t, tab in enumerate(s.tabs):
        link = tab.link
        if not link.frame:
            continue
        if link.swallowed and setting.rules.prev_seq_compared:
            yield TAB[t], _linked(s, t, cut(link))
            continue
        m, row = link.frame
        after = _linked(s, t, link._replace(frame=(), swallowed=0))
        matched = setting.rules.event_carries_client_id
        yield TAB[t] + MESSAGE[m], applied(after, t, m, row, setting, matched)


def frame_is_swallowed(s: State, setting: Setting) -> Iterator[Step]:
    """The socket stays open and looks well."""
    if s.left[FRAME]:
        for t, tab in enumerate(s.tabs):
            link = tab.link
            if link.frame:
                lost = link._replace(frame=(), swallowed=link.swallowed | 1 << link.frame[0])
                yield TAB[t], spent(_linked(s, t, lost), FRAME)


def heartbeat_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """It says that everything was sent. Only if it also says which event was the last can a tab know that it has it."""
    for t, tab in enumerate(s.tabs):
        link = tab.link
        if link.open and link.swallowed and not link.behind and not link.frame:
            heard = cut(link) if setting.rules.heartbeat_compared else link._replace(swallowed=0)
            yield TAB[t], _linked(s, t, heard)


def socket_drops(s: State, setting: Setting) -> Iterator[Step]:
    """What was on its way on it is lost with it."""
    if s.left[DROP]:
        for t, tab in enumerate(s.tabs):
            if tab.link.open:
                yield TAB[t], spent(_linked(s, t, cut(tab.link)), DROP)
