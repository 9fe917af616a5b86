"""A trace for a terminal: `forthwith trace`. The words are those of the browser's flight recorder."""

from collections.abc import Iterator
from datetime import datetime

from forthwith.domain.times import MINUTE, SECOND
from forthwith.protocol.shapes import Hop, Trace

CLOCKS = (
    "Each time is by the clock of its line, the sender's browser's or the server's, and counted from the first one of "
    "that clock; the two may differ."
)
LOST = {
    "timeout": "No answer within {after}",
    "broken": "The connection broke",
    "unreadable": "The answer could not be read",
    "fault": "WhatsApp had a fault of its own{code}",
    "stopped": "The server stopped during the call",
}
RETURNED = {
    "stale": "It had waited too long to go unasked",
    "window_closed": "The service window had closed",
    "cancelled": "Taken back before it left",
}
PLAIN = {
    "enter": ("Enter", "{you} pressed it"),
    "painted": ("Painted", "on the screen"),
    "posted": ("Posted", "to the server"),
    "stored": ("Stored", "on disk, place {pos}"),
    "answered": ("Answered", "by the server"),
    "drawn": ("Drawn", "with its time"),
    "claimed": ("Handed over", "attempt {attempt}"),
    "accepted": ("Accepted", "by WhatsApp"),
    "sent": ("Sent", "status came"),
    "delivered": ("Delivered", "to the phone"),
    "read": ("Read", "by {contact}"),
    "played": ("Played", "by {contact}"),
    "paced": ("Busy", "WhatsApp was busy{code}, again in {wait}"),
    "held": ("Held", "WhatsApp holds this number{code}; it waits"),
    "not_sent": ("Not reached", "WhatsApp was not reached, again in {wait}"),
    "unanswered": ("No answer", "{lost}; it may have arrived"),
    "lapsed": ("Unconfirmed", "No word came; the next ones go on"),
    "again": ("Sent again", "{by} sent it again"),
    "refused": ("Refused", "by WhatsApp{code}"),
    "failed": ("Failed", "WhatsApp reported it later{code}"),
    "returned": ("Returned", "{returned}"),
    "dismissed": ("Settled", "by a person"),
    "retried": ("Sent anew", "as a new message"),
}


def words_of(hop: Hop, pos: int, you: str, contact: str = "the contact") -> tuple[str, str]:
    """Title and words of a hop. `you`: who pressed Enter."""
    title, words = PLAIN[hop.name]
    if hop.name == "posted" and hop.nth > 1:
        words = f"again, try {hop.nth}"
    if hop.late:
        words = "{lost}; it had arrived" if hop.why else "Arrived after all"
    code = "" if hop.code is None else f" ({hop.code})"
    wait = duration(_ms(hop.until) - _ms(hop.at)) if hop.until else ""
    lost = LOST[hop.why or "broken"].format(after=about(hop.after_ms or 0), code=code)
    returned = RETURNED.get(hop.reason or "", "It was not sent")
    who = {"you": you, "contact": contact, "by": hop.by or "Somebody"}
    facts = {"pos": pos, "attempt": hop.attempt, "code": code, "wait": wait, "lost": lost}
    return title, words.format(**facts, **who, returned=returned)


def duration(milliseconds: int) -> str:
    """`7 ms`, `1.20 s`, `41.7 s`, `3 min 20 s`, `2 h 5 min`; whole seconds without their noughts."""
    if milliseconds < SECOND:
        return f"{milliseconds} ms"
    if milliseconds < 100 * SECOND:
        digits = 2 if milliseconds < 10 * SECOND else 1
        return f"{milliseconds / SECOND:.{digits}f}".removesuffix("." + "0" * digits) + " s"
    minutes, rest = divmod(milliseconds, MINUTE)
    if minutes < 60:
        return f"{minutes} min {rest // SECOND} s"
    return f"{minutes // 60} h {minutes % 60} min"


def about(milliseconds: int) -> str:
    """Whole seconds, of what was set in seconds and has taken a little longer."""
    return duration(round(milliseconds, -3) if milliseconds >= SECOND else milliseconds)


def _ms(iso: str) -> int:
    return round(datetime.fromisoformat(iso).timestamp() * SECOND)


def table(trace: Trace, sender: str) -> str:
    """The whole trace, a line for each hop."""
    lines = [
        f"Message   {trace.client_id}, place {trace.pos}, {trace.status}",
        *(f"Attempt {each.n}   {each.wamid or 'no id known'}" for each in trace.attempts),
    ]
    if trace.retry_of:
        lines.append(f"Again of  {trace.retry_of}")
    if trace.retried_as:
        lines.append(f"Again as  {trace.retried_as}")
    rows = [
        (hop.at, hop.clock, since, *words_of(hop, trace.pos, sender))
        for hop, since in _counted(trace.hops)
    ]
    body = [
        f"{at}  {clock:<7}  {since:>12}  {title:<11}  {words}"
        for at, clock, since, title, words in rows
    ]
    return "\n".join([*lines, "", *body, "", CLOCKS])


def _counted(hops: list[Hop]) -> Iterator[tuple[Hop, str]]:
    first: dict[str, int] = {}
    for hop in hops:
        since = _ms(hop.at) - first.setdefault(hop.clock, _ms(hop.at))
        yield hop, f"+{duration(since)}" if since else ""
