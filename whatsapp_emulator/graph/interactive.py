"""Interactive messages: buttons, lists and their kin, with the limits of Meta's reference of 2026."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whatsapp_emulator.graph.checks import (
    distinct,
    mapping,
    member,
    objects,
    one_of,
    optional_text,
    text,
    wrong,
)

BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
SHORT_LIMIT = 60
BUTTONS = 3
ROWS = 10
PRODUCTS = 30
HEADERS = {
    "button": ("text", "image", "video", "document"),
    "list": ("text",),
    "cta_url": ("text", "image", "video", "document"),
    "flow": ("text", "image", "video", "document"),
    "product_list": ("text",),
}
# Kinds whose action is a name and parameters: what the parameters must hold.
NAMED_ACTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cta_url": ("cta_url", ("display_text", "url")),
    "flow": ("flow", ("flow_message_version", "flow_cta")),
    "catalog_message": ("catalog_message", ()),
    "location_request_message": ("send_location", ()),
    "address_message": ("address_message", ("country",)),
    "voice_call": ("voice_call", ()),
    "call_permission_request": ("call_permission_request", ()),
    "request_contact_info": ("request_contact_info", ()),
    "order_details": ("review_and_pay", ("reference_id",)),
    "order_status": ("review_order", ("reference_id", "order")),
}
WITHOUT_BODY = ("product", "call_permission_request", "carousel")


def check_interactive(payload: dict[str, Any]) -> None:
    """Refuse what Meta would refuse of ``interactive``."""
    kind = one_of(payload, "type", "interactive", KINDS)
    action = mapping(member(payload, "action", "interactive"), "interactive['action']")
    _check_frame(kind, payload)
    KINDS[kind](kind, action)


def _check_frame(kind: str, payload: dict[str, Any]) -> None:
    """Header, body and footer around the action."""
    if kind not in WITHOUT_BODY or payload.get("body"):
        body = mapping(member(payload, "body", "interactive"), "interactive['body']")
        limit = LIST_BODY_LIMIT if kind == "list" else BODY_LIMIT
        text(body, "text", "interactive['body']", limit)
    if payload.get("footer") is not None:
        footer = mapping(payload["footer"], "interactive['footer']")
        text(footer, "text", "interactive['footer']", SHORT_LIMIT)
    header = payload.get("header")
    if header is None:
        return
    path = "interactive['header']"
    if kind not in HEADERS:
        raise wrong(f"Param {path} is not allowed for interactive type {kind}.")
    what = one_of(mapping(header, path), "type", path, HEADERS[kind])
    if what == "text":
        text(header, "text", path, SHORT_LIMIT)
    else:
        media = mapping(member(header, what, path), f"{path}['{what}']")
        if not (media.get("id") or media.get("link")):
            member(media, "id", f"{path}['{what}']")


def _check_buttons(kind: str, action: dict[str, Any]) -> None:
    path = "interactive['action']['buttons']"
    replies = []
    for index, button in enumerate(objects(action.get("buttons"), path, 1, BUTTONS)):
        one_of(button, "type", f"{path}[{index}]", ("reply",))
        reply = mapping(member(button, "reply", f"{path}[{index}]"), f"{path}[{index}]['reply']")
        text(reply, "id", f"{path}[{index}]['reply']", 256)
        text(reply, "title", f"{path}[{index}]['reply']", 20)
        replies.append(reply)
    distinct([reply["title"] for reply in replies], "Button titles must be unique.")
    distinct([reply["id"] for reply in replies], "Button ids must be unique.")


def _check_list(kind: str, action: dict[str, Any]) -> None:
    text(action, "button", "interactive['action']", 20)
    path = "interactive['action']['sections']"
    sections = objects(action.get("sections"), path, 1, ROWS)
    ids: list[str] = []
    for index, section in enumerate(sections):
        here = f"{path}[{index}]"
        # A single section may do without a title.
        if len(sections) > 1 or section.get("title") is not None:
            text(section, "title", here, 24)
        for place, row in enumerate(objects(section.get("rows"), f"{here}['rows']")):
            at = f"{here}['rows'][{place}]"
            ids.append(text(row, "id", at, 200))
            text(row, "title", at, 24)
            optional_text(row, "description", at, 72)
    if len(ids) > ROWS:
        raise wrong(f"Total row count exceed max allowed count: {ROWS}")
    distinct(ids, "Row ids must be unique.")


def _check_product(kind: str, action: dict[str, Any]) -> None:
    path = "interactive['action']"
    member(action, "catalog_id", path)
    if kind == "product":
        member(action, "product_retailer_id", path)
        return
    items = 0
    for index, section in enumerate(objects(action.get("sections"), f"{path}['sections']", 1, 10)):
        here = f"{path}['sections'][{index}]['product_items']"
        items += len(objects(section.get("product_items"), here))
    if items > PRODUCTS:
        raise wrong(f"Total product count exceed max allowed count: {PRODUCTS}")


def _check_carousel(kind: str, action: dict[str, Any]) -> None:
    objects(action.get("cards"), "interactive['action']['cards']", 2, 10)


def _check_named(kind: str, action: dict[str, Any]) -> None:
    name, wanted = NAMED_ACTIONS[kind]
    one_of(action, "name", "interactive['action']", (name,))
    path = "interactive['action']['parameters']"
    parameters = mapping(action.get("parameters") or {}, path)
    for each in wanted:
        member(parameters, each, path)
    if kind == "cta_url":
        text(parameters, "display_text", path, 20)
        if not str(parameters["url"]).startswith(("http://", "https://")):
            raise wrong(f"Param {path}['url'] is not a valid URL.")


KINDS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "product": _check_product,
    "product_list": _check_product,
    "carousel": _check_carousel,
    **dict.fromkeys(NAMED_ACTIONS, _check_named),
}
