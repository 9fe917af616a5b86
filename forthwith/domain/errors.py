"""What can go wrong, as a tree. `code` is the wire's (`protocol/codes.py`); the API turns it into problem+json.

Refusal                      the request is understood and declined; the same again is declined again
├── NotFound                 no such thing, or not for this agent
├── Invalid                  the content breaks a rule (text_empty, text_too_long)
├── Conflict                 another body under the same client_id, or a second caller
├── WindowClosed             free text outside the service window
└── Cancelled                its agent took it back before it was stored
"""


class Refusal(Exception):
    """Base: `code` names the sentence, `params` fill it. `status`: of HTTP, where it is another than the code's own."""

    code = "invalid_body"
    status: int | None = None

    def __init__(self, code: str | None = None, **params: str | float) -> None:
        super().__init__(code or self.code)
        self.code = code or self.code
        self.params = params


class NotFound(Refusal):
    """404, also for what another inbox owns: its existence is not told."""

    code = "not_found"


class Invalid(Refusal):
    """422."""


class Conflict(Refusal):
    """409."""

    code = "idempotency_conflict"


class WindowClosed(Refusal):
    """409: only a template may be sent now."""

    code = "window_closed"


class Cancelled(Refusal):
    """410."""

    code = "cancelled"


_BY_CODE = {each.code: each for each in (NotFound, Invalid, WindowClosed, Cancelled)}


def refusal(code: str, params: dict[str, str | int]) -> Refusal:
    """A refusal that was stored, to be said again."""
    return _BY_CODE.get(code, Refusal)(code, **params)
