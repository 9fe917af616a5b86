"""docs/protocol.md is written for people outside: what it lists is what the code has, no more and no less."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from starlette.routing import Route

from forthwith.api import conversations, media, messages, send_message, session, traces
from forthwith.config import PREFIX, Settings
from forthwith.protocol import codes, shapes
from forthwith.realtime import connection

TEXT = (Path(__file__).parents[2] / "docs/protocol.md").read_text()


def section(heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def first_column(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def test_every_event_stands_in_it() -> None:
    types = get_args(get_type_hints(shapes.Event)["type"])
    listed = first_column(section("The socket"))
    assert [name for name in listed if name not in ("welcome", "reset")] == list(types)


def test_every_error_code_stands_in_it_with_its_status() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", section("Error codes"), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == codes.REQUEST_CODES
    failures = section("Error codes").partition("<!-- failure codes -->")[2]
    assert first_column(failures) == sorted(codes.FAILURE_CODES)


def test_every_call_of_the_agents_stands_in_it() -> None:
    routes = {
        f"{method} {re.sub('{[a-z_]*id}', '{}', route.path)}"
        for router in (
            session.router,
            conversations.router,
            send_message.router,
            messages.router,
            media.router,
            traces.router,
        )
        for route in router.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    listed = {
        re.sub(r"{[a-z_]*id}", "{}", call.partition("?")[0])
        for call in first_column(section("Calls"))
    }
    assert routes == listed


def test_every_close_code_stands_in_it() -> None:
    ours = {
        value
        for name, value in vars(connection).items()
        if name.isupper() and value in range(1000, 5000)
    }
    listed = {int(number) for number in re.findall(r"\b(1\d{3}|4\d{3})\b", section("The socket"))}
    assert ours <= listed


def test_the_settings_it_names_exist() -> None:
    settings = {f"{PREFIX}{each.name.upper()}" for each in fields(Settings)}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", TEXT)) <= settings
