"""Writes the reference parts of docs/emulator.md from the emulator's own docstrings.

    .venv/bin/python -m tools.generate_emulator_manual [--check]

Each part stands between two comments and is replaced whole. What has no docstring cannot be
written, so that nothing a stranger may call goes untold.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import fill
from typing import get_args

import msgspec
from aiohttp import web

from whatsapp_emulator.cli import DEFAULTS, OPTIONS
from whatsapp_emulator.control.routes import add_control_routes
from whatsapp_emulator.faults.refusals import Refusal
from whatsapp_emulator.faults.rules import Match, Rule
from whatsapp_emulator.faults.spoilt_answers import SpoiltAnswer
from whatsapp_emulator.faults.spoilt_webhooks import SpoiltWebhook
from whatsapp_emulator.pace import Behaviour, Limits, Pace

ROOT = Path(__file__).resolve().parent.parent
MANUAL = ROOT / "docs" / "emulator.md"
WIDTH = 120


class Undocumented(Exception):
    """Something that has no docstring; the text names it."""


def telling(thing: object, name: str) -> str:
    """The docstring of ``thing`` as Markdown in one paragraph; raises ``Undocumented``."""
    text = getattr(thing, "__doc__", None) or ""
    if not text or text.startswith(f"{getattr(thing, '__name__', '')}("):
        raise Undocumented(name)
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()


def item(head: str, text: str) -> str:
    return fill(
        f"- {head}: {text}",
        WIDTH,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def options() -> Iterable[str]:
    for option, meaning in OPTIONS.items():
        usual = f" (`{DEFAULTS[option]}`)" if option in DEFAULTS else ""
        variable = "EMULATOR_" + option.upper().replace("-", "_")
        yield item(f"`--{option}`, `{variable}`", f"{meaning}{usual}")
    yield item("`--personas`, `EMULATOR_PERSONAS`", "people who write by themselves")


def calls() -> Iterable[str]:
    app = web.Application()
    add_control_routes(app)
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if route.method not in ("*", "HEAD"):
            name = f"{route.method} {path.removeprefix('/_control/')}"
            yield item(f"`{name}`", telling(route.handler, name))


def actions(family: object) -> Iterable[str]:
    for action in get_args(family):
        name = action.__struct_config__.tag
        fields = msgspec.structs.fields(action)
        given = ", ".join(
            f"`{field.name}`" if field.required else f"`{field.name}={field.default!r}`"
            for field in fields
        )
        yield item(f"`{name}`" + (f" ({given})" if given else ""), telling(action, name))


def shapes(*types: type[msgspec.Struct]) -> Iterable[str]:
    for shape in types:
        fields = ", ".join(f"`{name}`" for name in shape.__struct_fields__)
        yield item(f"{shape.__name__} ({fields})", telling(shape, shape.__name__))


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "options": options,
    "calls": calls,
    "rules": lambda: shapes(Rule, Match),
    "refusals": lambda: actions(Refusal),
    "answers": lambda: actions(SpoiltAnswer),
    "webhooks": lambda: actions(SpoiltWebhook),
    "levers": lambda: shapes(Pace, Limits, Behaviour),
}


def generated(text: str) -> str:
    """The manual with every part as the code has it now."""
    for name, lines in PARTS.items():
        opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, opened, rest = text.partition(opening)
        _, closed, after = rest.partition(closing)
        if not opened or not closed:
            raise Undocumented(f"docs/emulator.md has no part called {name}")
        text = before + opening + "\n".join(lines()) + "\n" + closing + after
    return text


def main() -> int:
    before = MANUAL.read_text()
    after = generated(before)
    if "--check" in sys.argv[1:]:
        if after != before:
            print("docs/emulator.md is stale: run `python -m tools.generate_emulator_manual`.")
        return int(after != before)
    MANUAL.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
