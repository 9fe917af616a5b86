"""Which lines of a source file are code: not blank, not comment, not docstring."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

LAYOUT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}

# A comment in JSX, then the pieces between which comments may stand. Strings of one line end with
# it, so an apostrophe in JSX text does no harm; a regular expression follows an operator.
SCRIPT_PIECES = re.compile(
    r"""
    (?P<comment> \{\s*/\*.*?\*/\s*\} | /\*.*?\*/ | //[^\n]* )
    | (?P<code> `(?:\\.|[^`\\])*` | '(?:\\.|[^'\\\n])*'? | "(?:\\.|[^"\\\n])*"?
        | (?<=[(,=:\[!&|?{};+*%~^<>]\ ) /(?![*/]) (?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+ /
        | (?<=[(,=:\[!&|?{};]) /(?![*/]) (?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+ /
        | [^\s] )
    """,
    re.VERBOSE | re.DOTALL,
)
SQL_PIECES = re.compile(r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<code>'(?:''|[^'])*'|\S)", re.DOTALL)


def count_lines(path: Path) -> int:
    """How many lines of code `path` has; its ending names the language."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return len(set(_python_lines(text)))
    pieces = SQL_PIECES if path.suffix == ".sql" else SCRIPT_PIECES
    return len(set(_piece_lines(text, pieces)))


def _python_lines(text: str) -> Iterator[int]:
    docstrings = {
        number
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in LAYOUT or token.start[0] in docstrings:
            continue
        for number in range(token.start[0], token.end[0] + 1):
            if lines[number - 1].strip():
                yield number


def _piece_lines(text: str, pieces: re.Pattern[str]) -> Iterator[int]:
    number, end = 1, 0
    for match in pieces.finditer(text):
        number += text.count("\n", end, match.start())
        end = match.start()
        if match.lastgroup == "code":
            for offset, line in enumerate(match.group().split("\n")):
                if line.strip():
                    yield number + offset
