"""Write `web/src/protocol/` from `forthwith/protocol/`: one source for the shapes on both sides.

`--check` writes nothing and exits 1 when the committed file is out of date.
"""

import sys
import types
import typing
from pathlib import Path

import msgspec

from forthwith.protocol import VERSION, codes, shapes

TARGET = Path(__file__).parent.parent / "web/src/protocol/shapes.ts"
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
        return " | ".join(typescript(part) for part in arguments if part is not msgspec.UnsetType)
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
        for value in vars(shapes).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value is not msgspec.Struct
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


def main() -> int:
    """Write, or with `--check` compare."""
    text = generated()
    if "--check" in sys.argv:
        if TARGET.exists() and TARGET.read_text() == text:
            return 0
        print(
            "web/src/protocol/shapes.ts is out of date: run tools/generate_protocol.py",
            file=sys.stderr,
        )
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
