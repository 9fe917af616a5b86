"""Write `web/src/protocol/` and the code lists of `docs/protocol.md` from `forthwith/`: one source for all sides.

`--check` writes nothing and exits 1 when a committed file is out of date.
"""

import re
import sys
import types
import typing
from pathlib import Path

import msgspec

from forthwith.api.errors import TITLES
from forthwith.protocol import VERSION, codes, content, shapes
from forthwith.whatsapp.errors import MEANINGS

ROOT = Path(__file__).parent.parent
TYPES = ROOT / "web/src/protocol/shapes.ts"
DOCUMENT = ROOT / "docs/protocol.md"
OWN_FAILURES = {
    "cancelled": "ours: its agent took it back",
    "stale": "ours: it waited too long to be sent without asking",
}
HEAD = "// Generated from forthwith/protocol by tools/generate_protocol.py; do not edit.\n"
SCALARS = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def typescript(hint: object) -> str:
    """The TypeScript spelling of a Python type used in `shapes.py`."""
    if hint in SCALARS:
        return SCALARS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (typing.Union, types.UnionType):
        parts = [typescript(part) for part in arguments if part is not msgspec.UnsetType]
        return " | ".join(dict.fromkeys(parts))
    if origin is list:
        inner = typescript(arguments[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<string, {typescript(arguments[1])}>"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint.__name__
    raise TypeError(f"no TypeScript spelling for {hint!r}")


def interface(struct: type[msgspec.Struct]) -> str:
    """One `export interface`, with the class's docstring above it."""
    hints = typing.get_type_hints(struct)
    config = struct.__struct_config__
    lines = [
        f"/** {' '.join((struct.__doc__ or '').split())} */",
        f"export interface {struct.__name__} {{",
    ]
    if config.tag is not None:
        lines.append(f'  {config.tag_field}: "{config.tag}";')
    for field in msgspec.structs.fields(struct):
        optional = msgspec.UnsetType in typing.get_args(hints[field.name]) or (
            config.omit_defaults and not field.required
        )
        spelling = typescript(hints[field.name])
        if optional:
            spelling = spelling.removesuffix(" | null")
        lines.append(f"  {field.encode_name}{'?' if optional else ''}: {spelling};")
    return "\n".join([*lines, "}"])


def generated() -> str:
    """The whole file."""
    structs = [
        value
        for module in (content, shapes)
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == module.__name__
    ]
    names = [
        f"export const PROTOCOL_VERSION = {VERSION};",
        f"export type Status = {typescript(shapes.Status)};",
    ]
    errors = "\n".join(f'  "{code}",' for code in sorted(codes.ERROR_CODES))
    names.append(
        f"/** Every `code` the server can name; the catalogue has one sentence for each. */\nexport const ERROR_CODES = [\n{errors}\n] as const;\nexport type ErrorCode = (typeof ERROR_CODES)[number];"
    )
    return HEAD + "\n" + "\n\n".join([*names, *(interface(struct) for struct in structs)]) + "\n"


def documented(text: str) -> str:
    """The document with its two lists of codes as they are now."""
    request = [
        f"| `{code}` | {status} | {TITLES[code]} |" for code, status in codes.REQUEST_CODES.items()
    ]
    failure = []
    for code in sorted(codes.FAILURE_CODES):
        numbers = [str(number) for number, meaning in MEANINGS.items() if meaning.reason == code]
        failure.append(
            f"| `{code}` | {', '.join(numbers) or OWN_FAILURES.get(code, 'any other')} |"
        )
    text = _between(
        text, "request codes", ["| Code | Status | Meaning |", "|---|---|---|", *request]
    )
    return _between(text, "failure codes", ["| Code | Meta's numbers |", "|---|---|", *failure])


def _between(text: str, name: str, lines: list[str]) -> str:
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return marks.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], text)


def main() -> int:
    """Write, or with `--check` compare."""
    wanted = {TYPES: generated(), DOCUMENT: documented(DOCUMENT.read_text())}
    stale = [file for file, text in wanted.items() if not file.exists() or file.read_text() != text]
    if "--check" in sys.argv:
        for file in stale:
            name = file.relative_to(ROOT)
            print(f"{name} is out of date: run tools/generate_protocol.py", file=sys.stderr)
        return min(1, len(stale))
    for file in stale:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[file])
    return 0


if __name__ == "__main__":
    sys.exit(main())
