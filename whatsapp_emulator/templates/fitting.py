"""Whether a send fits its template, and the text that the phone shows.

Sentences as developers quote them from Meta. Believed: templates that are PENDING, REJECTED or ARCHIVED are refused
as missing (132001); a wrong parameter name is 132012; whitespace Meta forbids in a parameter is 132018.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.templates.template import MEDIA_FORMATS, Template, fill, variables

HYDRATED_LIMIT = 1024
TEXT_LIKE = ("text", "currency", "date_time")
FORBIDDEN_SPACE = re.compile(r"[\n\t]|\s{5,}")


@dataclass(frozen=True)
class Fitted:
    """A send's template, with its texts filled in; ``payloads`` of its quick replies by index."""

    template: Template
    header: str
    body: str
    payloads: dict[int, str]

    def write_on(self, entry: Entry) -> None:
        """Note on the send what the phone shows of the template, how long it lives, what it
        costs."""
        footer = (self.template.component("FOOTER") or {}).get("text", "")
        entry.shown = "\n".join(part for part in (self.header, self.body, footer) if part)
        entry.ttl_seconds = self.template.ttl_seconds or entry.ttl_seconds
        entry.category = self.template.category.lower()
        entry.replies = [
            {"text": button["text"], "payload": self.payloads.get(index, button["text"])}
            for index, button in enumerate(self.template.buttons)
            if button["type"] == "QUICK_REPLY"
        ]


def check_status(template: Template | None, name: str, language: str) -> Template:
    """The template if it can be sent now."""
    if template is not None and template.status == "PAUSED":
        raise GraphError(132015)
    if template is not None and template.status == "DISABLED":
        raise GraphError(132016)
    if template is None or template.status != "APPROVED":
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    return template


def fit(template: Template, payload: dict[str, Any]) -> Fitted:
    """Fill the template in; ``GraphError`` where the send does not fit."""
    given: dict[str, list[dict[str, Any]]] = {"header": [], "body": []}
    buttons: dict[int, list[dict[str, Any]]] = {}
    for component in payload.get("components") or []:
        type_ = str(component["type"]).lower()
        parameters = [one for one in component.get("parameters") or [] if isinstance(one, dict)]
        if type_ == "button":
            buttons[_index(component)] = parameters
        else:
            given[type_] = parameters
    _fit_buttons(template, buttons)
    payloads = {
        index: str(parameters[0].get("payload"))
        for index, parameters in buttons.items()
        if parameters and parameters[0].get("payload")
    }
    header = _fit_header(template, given["header"])
    return Fitted(template, header, _fit_body(template, given["body"]), payloads)


def _fit_header(template: Template, parameters: list[dict[str, Any]]) -> str:
    header = template.component("HEADER")
    format_ = header.get("format", "TEXT") if header else "TEXT"
    if header is None or format_ == "TEXT":
        return _filled(template, "header", (header or {}).get("text", ""), parameters)
    wanted = format_.lower()
    received = parameters[0].get("type", "unknown") if parameters else "unknown"
    if received != wanted or not isinstance(parameters[0].get(wanted), dict):
        raise GraphError(
            132012, f"header: Format mismatch, expected {format_}, received {received.upper()}"
        )
    media = parameters[0][wanted]
    if format_ in MEDIA_FORMATS and not (media.get("id") or media.get("link")):
        raise GraphError(132012, f"header: Format mismatch, expected {format_}, received UNKNOWN")
    return ""


def _fit_body(template: Template, parameters: list[dict[str, Any]]) -> str:
    body = template.component("BODY") or {}
    words = body.get("text", "*{{1}}* is your verification code.")
    filled = _filled(template, "body", words, parameters)
    if len(filled) > HYDRATED_LIMIT:
        raise GraphError(132005, f"body: the text is {len(filled)} characters long")
    return filled


def _filled(template: Template, part: str, words: str, parameters: list[dict[str, Any]]) -> str:
    names = variables(words)
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the expected "
            f"number of params ({len(names)})",
        )
    values: dict[str, str] = {}
    for place, parameter in enumerate(parameters, 1):
        name = str(place)
        if template.parameter_format == "NAMED":
            name = str(parameter.get("parameter_name") or "")
            if name not in names or name in values:
                raise GraphError(132012, f"{part}: Parameter name {name!r} is missing or unknown")
        values[name] = _value(part, place, parameter)
    return fill(words, values)


def _value(part: str, place: int, parameter: dict[str, Any]) -> str:
    type_ = str(parameter.get("type", "text")).lower()
    if type_ not in TEXT_LIKE:
        raise GraphError(
            132012, f"{part}: Format mismatch, expected TEXT, received {type_.upper()}"
        )
    value = parameter.get(type_)
    if type_ != "text":
        value = value.get("fallback_value") if isinstance(value, dict) else None
    if not isinstance(value, str) or not value:
        raise GraphError(131008, f"{part}: Parameter of type {type_} is missing text value")
    if part == "body" and FORBIDDEN_SPACE.search(value):
        raise GraphError(
            132018,
            f"{part}: parameter {place} cannot have new-line/tab characters or more than 4 "
            "consecutive spaces",
        )
    return value


def _index(component: dict[str, Any]) -> int:
    try:
        return int(component.get("index", -1))
    except (TypeError, ValueError):
        return -1


def _fit_buttons(template: Template, given: dict[int, list[dict[str, Any]]]) -> None:
    buttons = template.buttons
    for index in given:
        if not 0 <= index < len(buttons):
            raise GraphError(132012, f"buttons: there is no button at index {index}")
    for index, button in enumerate(buttons):
        type_ = button.get("type", "")
        needs_one = type_ in ("COPY_CODE", "OTP") or "{{1}}" in button.get("url", "")
        if needs_one and not given.get(index):
            raise GraphError(
                131008,
                f"buttons: Button at index {index} of type {type_.capitalize()} requires a parameter",
            )
        if given.get(index) and type_ == "URL" and not needs_one:
            raise GraphError(
                132012, f"buttons: Button at index {index} does not require a parameter"
            )
