"""The sender's tabs: Enter, the outbox engine under its lock, reload, and what tabs tell each other (R1, R15-R18)."""

from collections.abc import Iterator

from tests.model.entries import applied, is_composer_empty, moved, purged, told, unordered, writing
from tests.model.names import MESSAGE, TAB, Step
from tests.model.setting import AGE, CLOSE, LOSS, RELOAD, Setting
from tests.model.state import (
    ABSENT,
    ACCEPTED,
    ASKING,
    CANCELLED,
    CLOSED,
    DISK_READ,
    DRAFT,
    GOING,
    IN_THREAD,
    LIFTED,
    LOADING,
    NEWS_ACCEPTED,
    NEWS_QUEUED,
    NEWS_RETURNED,
    NEWS_TRIED,
    NO_NEWS,
    NO_POST,
    NO_WRITE,
    NOTHING,
    POSTED,
    QUEUE,
    QUEUED,
    REJECTED,
    RETURNED,
    STORED_DRAFT,
    STORED_ENTRY,
    STORED_RETURNED,
    TRIED,
    State,
    put,
    view_of,
)
from tests.model.wire import fresh_page, spent


def agent_presses_enter(s: State, setting: Setting) -> Iterator[Step]:
    """The next text, typed and thereby stored as a draft; Enter shows it, queues it and begins to store it (R16)."""
    m = s.entered
    if m == setting.texts:
        return
    for t in range(setting.tabs):
        if s.tabs[t].life == CLOSED or not is_composer_empty(s, t):
            continue
        if m and s.news and s.news[t][m - 1] and s.tabs[t].phases[m - 1] == ABSENT:
            continue  # nobody types and presses Enter in another tab before that tab has heard of the last Enter
        stored = STORED_DRAFT if setting.rules.draft_kept_until_stored else NOTHING
        after = s._replace(
            entered=m + 1,
            disk=put(s.disk, m, stored),
            asked=put(s.asked, m, s.asked[m] + 1),
        )
        after = _queued(after, t, m, setting)
        yield TAB[t] + MESSAGE[m], after
        if not setting.rules.enter_consumes_draft:
            yield TAB[t] + MESSAGE[m] + ", twice", _queued(after, t, m + setting.texts, setting)


def agent_presses_enter_on_a_restored_draft(s: State, setting: Setting) -> Iterator[Step]:
    """After a reload that was faster than the write: the same id, so it may be posted again (R1)."""
    for t in range(setting.tabs):
        for m in range(setting.texts):
            if s.tabs[t].phases[m] == DRAFT:
                yield TAB[t] + MESSAGE[m], _queued(s, t, m, setting)


def _queued(s: State, t: int, m: int, setting: Setting) -> State:
    stored = STORED_ENTRY if setting.rules.entry_stored else NOTHING
    return told(writing(moved(s, t, m, QUEUED), t, m, stored), t, m, NEWS_QUEUED)


def storage_commits(s: State, setting: Setting) -> Iterator[Step]:
    """One transaction: the entry is there and the draft is gone, or neither."""
    for t in range(setting.tabs):
        for m, what in enumerate(s.tabs[t].writes):
            if what != NO_WRITE:
                after = writing(s, t, m, NO_WRITE)
                yield TAB[t] + MESSAGE[m], after._replace(disk=put(s.disk, m, what))


def _turns(s: State, setting: Setting) -> Iterator[tuple[int, int]]:
    """Tabs that may post, and the message whose turn it is (R18)."""
    for t in range(setting.tabs):
        tab = s.tabs[t]
        if tab.life == CLOSED or s.lock not in (0, t + 1):
            continue
        if setting.rules.loaded_before_posting and not tab.life & DISK_READ:
            continue
        waiting = [m for m, phase in enumerate(tab.phases) if phase in QUEUE]
        for m in waiting[:1] if setting.rules.posted_in_turn else waiting:
            yield t, m


def tab_posts(s: State, setting: Setting) -> Iterator[Step]:
    """Its first try."""
    for t, m in _turns(s, setting):
        if s.tabs[t].phases[m] == QUEUED:
            yield TAB[t] + MESSAGE[m], _posted(s, t, m)


def _posted(s: State, t: int, m: int) -> State:
    s = moved(s, t, m, POSTED)
    tab = s.tabs[t]
    tab = tab._replace(posts=put(tab.posts, m, GOING), posted=tab.posted | 1 << m)
    return told(s._replace(tabs=put(s.tabs, t, tab), lock=t + 1), t, m, NEWS_TRIED)


def tab_asks_and_posts_again(s: State, setting: Setting) -> Iterator[Step]:
    """R17: the server is asked by `client_id` first; an entry too old then waits for the agent's word."""
    for t, m in _turns(s, setting):
        if s.tabs[t].phases[m] != TRIED:
            continue
        if not setting.rules.same_id_again:
            yield (
                TAB[t] + MESSAGE[m],
                _queued(moved(s, t, m, ABSENT), t, m + setting.texts, setting),
            )
        elif s.rows[m] is not None:
            yield TAB[t] + MESSAGE[m], applied(s, t, m, view_of(s.rows[m]), setting)
        elif s.tombstones >> m & 1:
            yield TAB[t] + MESSAGE[m], returned(s, t, m)
        else:
            yield TAB[t] + MESSAGE[m], _posted(s, t, m)
            if s.left[AGE]:
                yield (
                    TAB[t] + MESSAGE[m] + ", too old",
                    spent(unordered(moved(s, t, m, ASKING), m), AGE),
                )


def returned(s: State, t: int, m: int) -> State:
    """The server's word that it will never be stored: the text waits in this browser (R19)."""
    return told(writing(moved(s, t, m, RETURNED), t, m, STORED_RETURNED), t, m, NEWS_RETURNED)


def tab_gives_up_waiting(s: State, setting: Setting) -> Iterator[Step]:
    """A time-out: the POST is late or lost, or its answer is."""
    if s.left[LOSS]:
        for t in range(setting.tabs):
            for m, phase in enumerate(s.tabs[t].phases):
                if phase == POSTED:
                    yield TAB[t] + MESSAGE[m], spent(moved(s, t, m, TRIED), LOSS)


def answer_arrives(s: State, setting: Setting) -> Iterator[Step]:
    """The row, by the same door as events; or the server's no."""
    for t in range(setting.tabs):
        for m, answer in enumerate(s.tabs[t].posts):
            if answer in (NO_POST, GOING):
                continue
            if answer in (REJECTED, CANCELLED):
                yield TAB[t] + MESSAGE[m], returned(s, t, m)
            elif setting.rules.purged_after_row:
                yield TAB[t] + MESSAGE[m], applied(s, t, m, answer, setting)
            else:
                yield TAB[t] + MESSAGE[m], purged(s, t, m)


def tab_hears_another(s: State, setting: Setting) -> Iterator[Step]:
    """All tabs show all entries (R18)."""
    for t, news in enumerate(s.news):
        if any(news):
            heard = s._replace(news=put(s.news, t, (NO_NEWS,) * setting.messages))
            for m, word in enumerate(news):
                heard = _heard(heard, t, m, word)
            yield TAB[t], heard


def _heard(s: State, t: int, m: int, word: int) -> State:
    phase, row = s.tabs[t].phases[m], s.tabs[t].rows[m]
    if word == NO_NEWS or row or phase == POSTED:
        return s  # nothing new, or it knows better
    if word == NEWS_QUEUED and phase in (ABSENT, DRAFT):
        return moved(s, t, m, QUEUED)
    if word == NEWS_TRIED and phase in (ABSENT, DRAFT, QUEUED):
        return moved(s, t, m, TRIED)
    if word == NEWS_ACCEPTED and phase in IN_THREAD:
        return moved(s, t, m, ACCEPTED)
    if word == NEWS_RETURNED and phase in (ABSENT, DRAFT, *IN_THREAD):
        return moved(s, t, m, RETURNED)
    return s


def page_is_reloaded(s: State, setting: Setting) -> Iterator[Step]:
    """Or its renderer dies and the agent opens it again: what was only in memory is gone."""
    if s.left[RELOAD]:
        for t in range(setting.tabs):
            if s.tabs[t].life != CLOSED:
                yield TAB[t], spent(_gone(s, t, LOADING, setting), RELOAD)


def tab_is_closed(s: State, setting: Setting) -> Iterator[Step]:
    """For good; another tab takes over (R18)."""
    open_tabs = [t for t in range(setting.tabs) if s.tabs[t].life != CLOSED]
    if s.left[CLOSE] and len(open_tabs) > 1:
        for t in open_tabs:
            yield TAB[t], spent(_gone(s, t, CLOSED, setting), CLOSE)


def _gone(s: State, t: int, life: int, setting: Setting) -> State:
    loose = tuple(
        count + (post == GOING) for count, post in zip(s.loose, s.tabs[t].posts, strict=True)
    )
    return s._replace(
        tabs=put(s.tabs, t, fresh_page(life, setting)),
        loose=loose,
        lock=0 if s.lock == t + 1 else s.lock,
        news=put(s.news, t, (NO_NEWS,) * setting.messages) if s.news else s.news,
    )


_FOUND = {
    STORED_DRAFT: DRAFT,
    STORED_ENTRY: TRIED,
    STORED_RETURNED: RETURNED,
}


def page_reads_the_storage(s: State, setting: Setting) -> Iterator[Step]:
    """R1, R16: an earlier page's entry may have been posted; a draft or entry whose row is here is dropped."""
    for t in range(setting.tabs):
        tab = s.tabs[t]
        if tab.life == CLOSED or tab.life & DISK_READ:
            continue
        after = s._replace(tabs=put(s.tabs, t, tab._replace(life=tab.life | DISK_READ)))
        for m, stored in enumerate(s.disk):
            if tab.phases[m] == ABSENT:
                after = _found(after, t, m, stored, setting)
        yield TAB[t], after


def _found(s: State, t: int, m: int, stored: int, setting: Setting) -> State:
    if s.lifted[m]:
        s = moved(s, t, m, LIFTED)
        return writing(s, t, m, NOTHING) if stored else s
    if stored == NOTHING:
        return s
    s = moved(s, t, m, _FOUND[stored])
    if stored == STORED_DRAFT:
        s = unordered(s, m)
    is_left = stored == STORED_DRAFT and not setting.rules.sent_draft_dropped
    return purged(s, t, m) if s.tabs[t].rows[m] and not is_left else s
