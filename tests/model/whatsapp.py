"""WhatsApp: what becomes of a call, and the webhooks that follow in any order, repeated, with gaps (R7, R10).

The class of an error code is the product's own (`whatsapp/errors.py`): reclassify one there, and the search runs with it.
"""

from collections.abc import Iterator

from forthwith.whatsapp.errors import meaning_of
from tests.model.evidence import JOINED, STATUSES
from tests.model.names import MESSAGE, Step
from tests.model.rows import recorded
from tests.model.setting import BARE, CRASH, DELAY, DOUBT, REFUSAL, Setting
from tests.model.state import (
    ACCEPTS,
    CALLING,
    DEAD,
    DONE,
    HOLDS,
    PACES,
    QUEUE,
    REFUSES,
    UNKNOWN,
    State,
    put,
)
from tests.model.wire import spent

ANSWERS = {"refused": REFUSES, "paced": PACES, "held": HOLDS, "unknown": UNKNOWN}
UNDELIVERABLE, TOO_FAST, TOKEN_EXPIRED, SOMETHING_WENT_WRONG = 131026, 131056, 190, 131000
"""One of Meta's codes for each kind of error body."""


def whatsapp_accepts(s: State, setting: Setting) -> Iterator[Step]:
    """It has the message, and says so."""
    for m in range(setting.messages):
        n, call = divmod(s.calls[m], 8)
        if call == CALLING:
            after = _handed(s, m, n, setting)
            yield MESSAGE[m], after._replace(calls=put(s.calls, m, 8 * n + ACCEPTS))


def whatsapp_accepts_a_stray_call(s: State, setting: Setting) -> Iterator[Step]:
    """A request of a process that is dead, or taken for dead, arrives however late."""
    for m in range(setting.messages):
        n, call = divmod(s.strays[m], 8)
        if call in (CALLING, DEAD):
            answer = 8 * n + ACCEPTS if call == CALLING else 0
            yield MESSAGE[m], _handed(s, m, n, setting)._replace(strays=put(s.strays, m, answer))


def stray_call_is_lost(s: State, setting: Setting) -> Iterator[Step]:
    """Or never, and a process that lives after all learns from a time-out that it knows nothing."""
    for m in range(setting.messages):
        n, call = divmod(s.strays[m], 8)
        if call == CALLING:
            yield MESSAGE[m], s._replace(strays=put(s.strays, m, 8 * n + UNKNOWN))


def stray_call_was_not_sent(s: State, setting: Setting) -> Iterator[Step]:
    """Or a process wakes up and sees that no byte left it."""
    for m in range(setting.messages):
        n, call = divmod(s.strays[m], 8)
        if call == CALLING:
            yield MESSAGE[m], s._replace(strays=put(s.strays, m, 8 * n + PACES))


def whatsapp_accepts_and_its_answer_is_lost(s: State, setting: Setting) -> Iterator[Step]:
    """A time-out, a reset, an unreadable 200, "something went wrong": it has the message, and we do not know."""
    unknown = ANSWERS[meaning_of(SOMETHING_WENT_WRONG).kind]
    if s.left[DOUBT]:
        for m in range(setting.messages):
            n, call = divmod(s.calls[m], 8)
            if call == CALLING:
                after = _handed(s, m, n, setting)
                after = after._replace(calls=put(s.calls, m, 8 * n + unknown))
                yield MESSAGE[m], spent(after, DOUBT)


def call_is_lost(s: State, setting: Setting) -> Iterator[Step]:
    """The same for us, but WhatsApp never had it."""
    return _answered(s, setting, SOMETHING_WENT_WRONG, DOUBT)


def whatsapp_refuses(s: State, setting: Setting) -> Iterator[Step]:
    """An error body proves that it was not accepted."""
    return _answered(s, setting, UNDELIVERABLE, REFUSAL)


def whatsapp_paces(s: State, setting: Setting) -> Iterator[Step]:
    """Too fast, or cannot be reached: not accepted, again later."""
    return _answered(s, setting, TOO_FAST, DELAY)


def whatsapp_holds(s: State, setting: Setting) -> Iterator[Step]:
    """The number or its token cannot send now."""
    return _answered(s, setting, TOKEN_EXPIRED, DELAY)


def _answered(s: State, setting: Setting, code: int, fault: int) -> Iterator[Step]:
    if s.left[fault]:
        for m in range(setting.messages):
            n, call = divmod(s.calls[m], 8)
            if call == CALLING:
                answer = 8 * n + ANSWERS[meaning_of(code).kind]
                yield MESSAGE[m], spent(s._replace(calls=put(s.calls, m, answer)), fault)


def _handed(s: State, m: int, n: int, setting: Setting) -> State:
    """The ledger. A message entered later than one still in the queue has overtaken it (G5)."""
    overtaken = s.overtaken
    for earlier in range(m if m < setting.texts else 0):
        if not any(s.handed[earlier]) and _is_in_queue(s, earlier, setting):
            overtaken |= 1 << earlier
    times = put(s.handed[m], n, s.handed[m][n] + 1)
    return s._replace(handed=put(s.handed, m, times), overtaken=overtaken)


def _is_in_queue(s: State, m: int, setting: Setting) -> bool:
    """Whether it is to be sent without anybody's further word, and always was."""
    if s.unordered >> m & 1:
        return False
    row = s.rows[m]
    if row is not None:
        return row.outbox != DONE
    return any(tab.phases[m] in QUEUE for tab in s.tabs[: setting.tabs])


def webhook_names_a_status(s: State, setting: Setting) -> Iterator[Step]:
    """Any status of any accepted attempt, at any time, as often as it likes; with the echo datum."""
    for m in range(setting.messages):
        for n, times in enumerate(s.handed[m]):
            if times:
                for status in setting.statuses:
                    yield f"{MESSAGE[m]}, {status}", _received(s, m, n, STATUSES[status], setting)


def webhook_names_a_status_without_datum(s: State, setting: Setting) -> Iterator[Step]:
    """The same from a WhatsApp that does not echo: only the wamid names the message."""
    if s.left[BARE]:
        for m in range(setting.messages):
            for n, times in enumerate(s.handed[m]):
                if times:
                    for status in setting.statuses:
                        after = _received(s, m, n, STATUSES[status], setting, datum=False)
                        yield f"{MESSAGE[m]}, {status}", spent(after, BARE)


def server_crashes_under_a_webhook(s: State, setting: Setting) -> Iterator[Step]:
    """Before the commit, so it was not answered and will be repeated: nothing has happened. Unless a rule is broken."""
    if s.left[CRASH] and not setting.rules.webhook_stored_before_200:
        for m in range(setting.messages):
            for n, times in enumerate(s.handed[m]):
                if times:
                    for status in setting.statuses:
                        after = _answered_200(s, m, n, STATUSES[status])
                        yield f"{MESSAGE[m]}, {status}", spent(after, CRASH)


def _received(
    s: State, m: int, n: int, evidence: int, setting: Setting, datum: bool = True
) -> State:
    """R10: by wamid, then by the echo datum, else it waits as an orphan."""
    s = _answered_200(s, m, n, evidence)
    row = s.rows[m]
    if row is None or n >= len(row.attempts):
        return s
    rules = setting.rules
    if row.wamids >> n & 1 or (datum and rules.datum_matched):
        return recorded(s, m, n, evidence, True, setting)
    if not rules.orphans_kept:
        return s
    unmatched = put(row.unmatched, n, JOINED[row.unmatched[n]][evidence])
    return s._replace(rows=put(s.rows, m, row._replace(unmatched=unmatched)))


def _answered_200(s: State, m: int, n: int, evidence: int) -> State:
    told = JOINED[s.told[m][n]][evidence]
    if told == s.told[m][n]:
        return s
    return s._replace(told=put(s.told, m, put(s.told[m], n, told)))
