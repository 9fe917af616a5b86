"""Prints every size that has a budget, and fails when one is broken without a reason.

A budget is there to start a conversation: tools/size_exceptions.toml lists what may exceed its own,
each with a reason, and an exception that is needed no longer is a fault as well.
"""

import ast
import gzip
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "tools" / "size_exceptions.toml"

PYTHON = ("forthwith", "whatsapp_emulator", "tools")
GENERATED = "web/src/protocol/"
TEST_RATIO = (1.0, 1.6)
"""Lines of test for each line of source, in both languages together."""


@dataclass(frozen=True)
class Size:
    """A measured size; `name` is a path, a path and a function, or what the figure is of."""

    name: str
    value: float
    most: float
    least: float = 0
    unit: str = "lines"

    @property
    def fits(self) -> bool:
        return self.least <= self.value <= self.most


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def python_files(root: Path) -> list[Path]:
    return sorted(path for folder in PYTHON for path in (root / folder).rglob("*.py"))


def web_files(root: Path) -> tuple[list[Path], list[Path]]:
    """Source files of the front end, and its tests."""
    every = [
        path
        for pattern in ("src/**/*.ts", "src/**/*.tsx", "lint/*.ts")
        for path in sorted((root / "web").glob(pattern))
        if not path.relative_to(root).as_posix().startswith(GENERATED)
    ]
    tests = [path for path in every if ".test." in path.name or "testing" in path.parts]
    return [path for path in every if path not in tests], tests


def python_functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of each function, its docstring included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


COMPONENT = re.compile(
    r"^(?:export )?(?:default )?(?:function|const) ([A-Z]\w*[a-z]\w*).*?^[)}\]]+;?$",
    re.MULTILINE | re.DOTALL,
)


def components(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of each component: from its first line to the bracket in the first column,
    where the formatter puts it."""
    for match in COMPONENT.finditer(path.read_text(encoding="utf-8")):
        yield match[1], match[0].count("\n") + 1


def source_sizes(root: Path) -> Iterator[Size]:
    """Files, functions and components."""
    python, tests = python_files(root), sorted((root / "tests").rglob("*.py"))
    web, web_tests = web_files(root)

    def name(path: Path) -> str:
        return path.relative_to(root).as_posix()

    yield Size("Python file, median", median([*map(lines_of, python), 0]), 120)
    functions = [(path, *each) for path in python for each in python_functions(path)]
    lengths = [length for _, _, length in functions] or [0]
    yield Size("Python function, p90", quantiles([*lengths, *lengths], n=10)[-1], 30)
    for path in [*python, *tests]:
        yield Size(name(path), lines_of(path), 350)
    for path, function, length in functions:
        yield Size(f"{name(path)} {function}", length, 60)
    yield Size("TypeScript file, median", median([*map(lines_of, web), 0]), 80)
    for path in [*web, *web_tests]:
        yield Size(name(path), lines_of(path), 300)
    for path in web:
        if path.suffix == ".tsx":
            for component, length in components(path):
                yield Size(f"{name(path)} {component}", length, 150)
    source = sum(map(lines_of, [*python, *web]))
    test = sum(map(lines_of, [*tests, *web_tests]))
    least, most = TEST_RATIO
    yield Size("Test lines per source line", round(test / max(source, 1), 2), most, least, "")


def dependency_sizes(root: Path) -> Iterator[Size]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    web = json.loads((root / "web" / "package.json").read_text())
    yield Size("Python dependencies", len(project["dependencies"]), 10, unit="direct")
    yield Size("Web dependencies", len(web["dependencies"]), 12, unit="direct")


def script_size(root: Path) -> Size:
    """Bytes of the JavaScript that the built page asks for at once, compressed as gzip does."""
    built = root / "web" / "dist"
    index = built / "index.html"
    page = index.read_text(encoding="utf-8") if index.is_file() else ""
    scripts = re.findall(r'<(?:script|link)[^>]+(?:src|href)="/([^"]+\.js)"', page)
    kilobytes = sum(len(gzip.compress((built / path).read_bytes())) for path in scripts) / 1000
    # No script means that nothing was built: nought would be the wrong answer, hence `least`.
    return Size("Initial JavaScript, gzip", round(kilobytes, 1), 120, least=1, unit="kB")


def exceptions(file: Path) -> dict[str, str]:
    """The names that may be over budget, and why."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("exception", [])
    return {entry["name"]: entry["reason"] for entry in entries}


def faults(sizes: list[Size], excused: dict[str, str]) -> list[str]:
    """Broken budgets without a reason, and reasons without a broken budget, in sentences."""
    broken = {size.name: size for size in sizes if not size.fits}
    return [
        *(
            f"{name} is {size.value:g} {size.unit}".rstrip() + f", allowed is {allowed(size)}."
            for name, size in broken.items()
            if name not in excused
        ),
        *(
            f"{name} keeps its budget; take it out of {EXCEPTIONS.name}."
            for name in excused
            if name not in broken
        ),
    ]


def allowed(size: Size) -> str:
    return f"{size.least:g} to {size.most:g}" if size.least else f"{size.most:g}"


def main() -> int:
    sizes = [*source_sizes(ROOT), *dependency_sizes(ROOT), script_size(ROOT)]
    excused = exceptions(EXCEPTIONS)
    figures = [size for size in sizes if "/" not in size.name]
    for size in figures:
        print(f"  {size.name:<30}{size.value:>8g} {size.unit:<7} allowed {allowed(size)}")
    files = [size for size in sizes if "/" in size.name]
    fullest = sorted(files, key=lambda size: size.value / size.most, reverse=True)[:12]
    print("  Fullest:")
    for size in fullest:
        why = f"  ({excused[size.name]})" if size.name in excused else ""
        print(f"  {size.value:6g} of {size.most:g}  {size.name}{why}")
    wrong = faults(sizes, excused)
    for sentence in wrong:
        print(sentence)
    print(f"size: {len(sizes)} sizes, {len(wrong)} over budget")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
