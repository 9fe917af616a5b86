"""What Meta refuses of a template that is to be made or edited.

Limits after Meta's template pages. The subcodes are reported by developers; where none is known, the refusal is
a plain 100 with a sentence, and clients should show ``error_user_msg``.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from whatsapp_emulator.graph.checks import mapping, missing, objects, one_of, optional_text, text
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.templates.languages import LANGUAGES
from whatsapp_emulator.templates.template import CATEGORIES, MEDIA_FORMATS, Format, variables

NAME = re.compile(r"[a-z0-9_]{1,512}")
PARAMETER = re.compile(r"[a-z][a-z0-9_]*")
BODY_LIMIT = 1024
SHORT_LIMIT = 60
BUTTONS = 10
# How many buttons of a type there may be.
MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1, "VOICE_CALL": 1}
BUTTON_TYPES = ("QUICK_REPLY", "CATALOG", "MPM", "SPM", *MOST)


def fault(subcode: int | None, title: str, words: str) -> GraphError:
    """100 with Meta's sentence for the person who made the template."""
    return GraphError(100, words, message="Invalid parameter", subcode=subcode, user_title=title)


def check_new(body: dict[str, Any]) -> None:
    """Refuse what cannot become a template."""
    name = text(body, "name", "template", 512)
    if not NAME.fullmatch(name):
        raise fault(None, "Invalid name", "A name has only small letters, digits and underscores.")
    if body.get("language") not in LANGUAGES:
        raise GraphError(100, message="(#100) Param language must be one of Meta's language codes.")
    one_of(body, "category", "template", CATEGORIES)
    check_components(body)


def check_components(body: dict[str, Any]) -> None:
    """The components and their format, with examples for all variables."""
    components = _items(body.get("components"), "components", 1, 10)
    if body.get("parameter_format", "POSITIONAL").upper() not in ("POSITIONAL", "NAMED"):
        raise GraphError(100, message="(#100) Param parameter_format must be POSITIONAL or NAMED.")
    format_: Format = (
        "NAMED" if str(body.get("parameter_format")).upper() == "NAMED" else "POSITIONAL"
    )
    seen = [str(one.get("type")).upper() for one in components]
    for type_ in set(seen):
        if type_ not in CHECKS:
            listed = ", ".join(CHECKS)
            raise GraphError(
                100, message=f"(#100) Param components type must be one of {{{listed}}}."
            )
        if seen.count(type_) > 1:
            raise fault(None, "Component twice", f"A template has only one {type_}.")
    if "BODY" not in seen:
        raise missing("components['BODY']")
    is_login = body.get("category") == "AUTHENTICATION"
    for type_, component in zip(seen, components, strict=True):
        if not (is_login and type_ == "BODY"):
            CHECKS[type_](component, format_)


def _check_header(header: dict[str, Any], format_: Format) -> None:
    path = "components['HEADER']"
    what = one_of(_upper(header, "format"), "format", path, ("TEXT", "LOCATION", *MEDIA_FORMATS))
    if what == "TEXT":
        words = text(header, "text", path, SHORT_LIMIT)
        if len(variables(words)) > 1:
            raise fault(2388047, "Header format is incorrect", "A header has one variable at most.")
        _check_variables(words, header, "header_text", format_)
    elif what in MEDIA_FORMATS and not _example(header).get("header_handle"):
        raise fault(
            2388273, "Missing sample media", "A header with media needs an example (header_handle)."
        )


def _check_body(body: dict[str, Any], format_: Format) -> None:
    words = text(body, "text", "components['BODY']", BODY_LIMIT)
    _check_variables(words, body, "body_text", format_)
    bare = words.strip()
    if bare.startswith("{{") or bare.endswith("}}"):
        raise fault(
            2388299,
            "Variables can't be at the start or end",
            "Variables can't be at the start or end of the template.",
        )


def _check_footer(footer: dict[str, Any], format_: Format) -> None:
    if footer.get("code_expiration_minutes") is not None:
        return
    if variables(text(footer, "text", "components['FOOTER']", SHORT_LIMIT)):
        raise fault(2388073, "Footer format is incorrect", "A footer can't have variables.")


def _check_buttons(component: dict[str, Any], format_: Format) -> None:
    path = "components['BUTTONS']['buttons']"
    buttons = _items(component.get("buttons"), path, 1, BUTTONS)
    types = [
        one_of(_upper(button, "type"), "type", f"{path}[{index}]", BUTTON_TYPES)
        for index, button in enumerate(buttons)
    ]
    for type_, most in MOST.items():
        if types.count(type_) > most:
            raise fault(None, "Too many buttons", f"A template has at most {most} of {type_}.")
    quick = [type_ == "QUICK_REPLY" for type_ in types]
    if sum(a != b for a, b in itertools.pairwise(quick)) > 1:
        raise fault(None, "Buttons are mixed", "Quick replies must stand together.")
    for index, (type_, button) in enumerate(zip(types, buttons, strict=True)):
        _check_button(type_, button, f"{path}[{index}]")


def _check_button(type_: str, button: dict[str, Any], path: str) -> None:
    if type_ not in ("COPY_CODE", "OTP"):
        text(button, "text", path, 25)
    if type_ == "URL":
        url = text(button, "url", path, 2000)
        names = variables(url)
        if not url.startswith(("http://", "https://")) or names not in ([], ["1"]):
            raise fault(None, "Invalid URL", "A button's URL has at most {{1}}, at its end.")
        if names and (not url.endswith("{{1}}") or not button.get("example")):
            raise fault(None, "Missing example", "A button's {{1}} stands last and has an example.")
    elif type_ == "PHONE_NUMBER":
        text(button, "phone_number", path, 20)
    elif type_ == "COPY_CODE" and not button.get("example"):
        raise missing(f"{path}['example']")
    elif type_ == "OTP":
        one_of(_upper(button, "otp_type"), "otp_type", path, ("COPY_CODE", "ONE_TAP", "ZERO_TAP"))


def _check_carousel(component: dict[str, Any], format_: Format) -> None:
    cards = _items(component.get("cards"), "components['CAROUSEL']['cards']", 2, 10)
    for card in cards:
        _items(card.get("components"), "components['CAROUSEL']['cards']['components']", 1, 3)


def _check_offer(component: dict[str, Any], format_: Format) -> None:
    offer = mapping(component.get("limited_time_offer") or {}, "limited_time_offer")
    optional_text(offer, "text", "limited_time_offer", 16)


def _check_variables(words: str, component: dict[str, Any], example: str, format_: Format) -> None:
    names = variables(words)
    if not names:
        return
    given = _example(component)
    if format_ == "NAMED":
        bad = [name for name in names if not PARAMETER.fullmatch(name)]
        items = given.get(f"{example}_named_params") or []
        known = [one.get("param_name") for one in items if isinstance(one, dict)]
        is_complete = set(names) <= set(known)
    else:
        bad = [name for place, name in enumerate(names, 1) if name != str(place)]
        values = given.get(example) or []
        row = values[0] if values and isinstance(values[0], list) else values
        is_complete = isinstance(row, list) and len(row) == len(names)
    if bad:
        raise fault(
            2388072,
            "The parameter names are incorrect",
            "Variables are {{1}}, {{2}} and so on, or small letters with NAMED.",
        )
    if not is_complete:
        raise fault(2388043, "Missing examples", f"Each variable needs an example in {example}.")


def _items(value: Any, path: str, low: int, high: int) -> list[dict[str, Any]]:
    """A list of objects; whatever is wrong with it is 100 here, not the code of a send."""
    try:
        return objects(value, path, low, high)
    except GraphError as error:
        raise GraphError(100, error.details, message=f"(#100) {error.details}") from None


def _example(component: dict[str, Any]) -> dict[str, Any]:
    example = component.get("example")
    return example if isinstance(example, dict) else {}


def _upper(of: dict[str, Any], name: str) -> dict[str, Any]:
    """Meta takes these words in small letters as well."""
    return {**of, name: str(of[name]).upper()} if isinstance(of.get(name), str) else of


CHECKS = {
    "HEADER": _check_header,
    "BODY": _check_body,
    "FOOTER": _check_footer,
    "BUTTONS": _check_buttons,
    "CAROUSEL": _check_carousel,
    "LIMITED_TIME_OFFER": _check_offer,
}
