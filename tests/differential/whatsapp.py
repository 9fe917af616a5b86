"""What WhatsApp may do to the next messages: rules of the emulator, by name."""

from typing import Any

Rules = tuple[dict[str, Any], ...]


def _rule(action: str, times: int = 1, **details: Any) -> dict[str, Any]:
    return {"do": {"action": action, **details}, "times": times}


RULES: dict[str, Rules] = {
    # Nothing is accepted.
    "refuses": (_rule("error", 2, code=131026),),
    "finds the window closed": (_rule("error", code=131047),),
    "is too busy for a while": (_rule("error", 3, code=130429, retry_after_seconds=0.3),),
    "hangs up": (_rule("close"),),
    "is unavailable": (_rule("unavailable"),),
    # Accepted, and the answer is spoilt.
    "accepts and hangs": (_rule("hang"),),
    "accepts and hangs, twice": (_rule("hang", 2),),
    "accepts and hangs, without datum": (_rule("hang"), _rule("strip_opaque")),
    "accepts and 502": (_rule("bad_gateway"),),
    "accepts and resets": (_rule("reset"),),
    "accepts and says half of it": (_rule("truncate"),),
    "accepts in gibberish": (_rule("garbage"),),
    "accepts slowly": (_rule("slow", 3, seconds=0.4),),
    "answers after its webhook": (_rule("status_first", 2),),
    "answers after its webhook, without datum": (
        _rule("status_first", 2),
        _rule("strip_opaque", 2),
    ),
    # The webhooks are spoilt.
    "fails it at once": (_rule("fail", 3, code=131026),),
    "fails it after sent": (_rule("fail", 3, code=131047, after="sent"),),
    "fails it after delivered": (_rule("fail", code=131026, after="delivered"),),
    "says everything thrice": (_rule("duplicate", 3, copies=2),),
    "says it backwards": (_rule("reverse", 3),),
    "says it backwards in one POST": (_rule("reverse", 3, one_post=True),),
    "says delivered late": (_rule("delay", 3, seconds=1.0, statuses=["delivered"]),),
    "never says sent": (_rule("drop", 3, statuses=["sent"]),),
    "never says delivered": (_rule("drop", 2, statuses=["delivered"]),),
    "names nobody": (_rule("strip_opaque", 3),),
    "signs wrongly at first": (_rule("bad_signature", 2),),
}
