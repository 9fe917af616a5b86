"""The tools that count: what is a line of code, what the message's way is, what is over budget."""

from pathlib import Path

import pytest

from tools import flow_lines, size_report
from tools.size_report import Size, faults
from tools.source_lines import count_lines

PYTHON = '''"""Module.

Two lines.
"""

# A comment.
x = 1  # code, whatever follows


def f() -> str:
    """Doc."""
    # why
    return """
one

two
"""


class C:
    y = 2
    """What y is."""
'''

TYPESCRIPT = """// comment
/* a
   block */ const a = 1;
const url = 'https://example.org'; // code

const quote = /[`'"]/;
/** doc
 * more
 */
const text = `line one

line ${a} // three`;
const View = () => (
  <p>
    {/* a comment in JSX */}
    don't
  </p>
);
"""

SQL = """-- comment
CREATE TABLE t ( -- code
  a text DEFAULT '--',

  /* block
  comment */
  b int
);
"""


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [("a.py", PYTHON, 8), ("a.tsx", TYPESCRIPT, 10), ("a.sql", SQL, 4), ("a.py", "", 0)],
)
def test_only_code_counts(name: str, text: str, lines: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert count_lines(tmp_path / name) == lines


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    """A checkout in which all nine files have ten lines each and are linked."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "src").mkdir()
    links = []
    for name in sorted(flow_lines.MUST_BE_THERE):
        (tmp_path / "src" / name).write_text("x = 1;\n" * 10)
        links.append(f"1. [{name}](../src/{name}#L3) does its part; again [it](../src/{name}).")
    (tmp_path / "docs" / "message-flow.md").write_text("\n".join(links) + "\n")
    return tmp_path


def run_flow(root: Path) -> int:
    return flow_lines.report(root / "docs" / "message-flow.md", root)


def add_link(root: Path, path: str, lines: int) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("x = 1;\n" * lines)
    with (root / "docs" / "message-flow.md").open("a") as document:
        document.write(f"[more](../{path})\n")


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_the_flow_counts_each_linked_file_once(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_flow(flow) == 0
    assert last_line(capsys) == "flow: 90 lines, 9 files"


def test_generated_code_and_the_second_engine_do_not_count(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_link(flow, "forthwith/store/postgres.py", 5_000)
    add_link(flow, "forthwith/store/migrations/0001_initial.sql", 5_000)
    add_link(flow, "web/src/protocol/shapes.ts", 5_000)
    assert run_flow(flow) == 0
    assert last_line(capsys) == "flow: 90 lines, 9 files"


def test_too_long_a_flow_fails(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_link(flow, "src/more.py", 2_410)
    assert run_flow(flow) == 0
    add_link(flow, "src/last.py", 1)
    assert run_flow(flow) == 1
    assert last_line(capsys) == "flow: 2501 lines, 11 files"


def test_a_link_to_nothing_fails(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_link(flow, "src/gone.py", 1)
    (flow / "src" / "gone.py").unlink()
    assert run_flow(flow) == 1
    assert "src/gone.py is linked and does not exist." in capsys.readouterr().out


def test_a_part_of_the_way_without_a_link_fails(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = flow / "docs" / "message-flow.md"
    document.write_text(
        "\n".join(line for line in document.read_text().splitlines() if "webhook.py" not in line)
    )
    assert run_flow(flow) == 1
    assert "webhook.py is part of the way and is not linked." in capsys.readouterr().out


def test_no_document_fails(tmp_path: Path) -> None:
    assert run_flow(tmp_path) == 1


def test_a_broken_budget_needs_a_reason_that_is_still_needed() -> None:
    fits, broken = Size("a.py", 350, 350), Size("b.py", 351, 350)
    assert faults([fits], {}) == []
    assert faults([fits, broken], {}) == ["b.py is 351 lines, allowed is 350."]
    assert faults([fits, broken], {"b.py": "one table"}) == []
    assert faults([fits], {"a.py": "one table"}) == [
        "a.py keeps its budget; take it out of size_exceptions.toml."
    ]


def test_long_functions_and_components_are_measured(tmp_path: Path) -> None:
    for folder in (*size_report.PYTHON, "tests", "web/src"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "forthwith" / "a.py").write_text("def f():\n" + "    x = 1\n" * 60)
    body = "  const x = () => {\n  };\n" * 75
    (tmp_path / "web/src/V.tsx").write_text(f"export function View() {{\n{body}}}\n")
    (tmp_path / "web/src/Row.tsx").write_text(f"const Row = memo(function Row() {{\n{body}}});\n")
    broken = [size.name for size in size_report.source_sizes(tmp_path) if not size.fits]
    assert "forthwith/a.py f" in broken
    assert "web/src/V.tsx View" in broken
    assert "web/src/Row.tsx Row" in broken


def test_the_built_script_is_weighed_compressed(tmp_path: Path) -> None:
    assert not size_report.script_size(tmp_path).fits
    assets = tmp_path / "web" / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text(
        '<script type="module" crossorigin src="/assets/a-1.js"></script>'
        '<link rel="modulepreload" crossorigin href="/assets/b-2.js">'
        '<link rel="stylesheet" href="/assets/c.css">'
    )
    (assets / "a-1.js").write_bytes(bytes(range(256)) * 4)
    (assets / "b-2.js").write_bytes(b"x" * 500_000)
    (assets / "later-3.js").write_bytes(bytes(range(256)) * 4_000)
    weighed = size_report.script_size(tmp_path)
    assert 0.5 < weighed.value < 2
