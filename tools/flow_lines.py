"""Counts the source of one message's way round: the files that docs/message-flow.md links.

Whole files, without blank lines, comments and docstrings; generated code, migrations and the
second database engine do not count. The last line reads `flow: N lines, M files`.
"""

import re
import sys
from pathlib import Path

from tools.source_lines import count_lines

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "message-flow.md"
BUDGET_LINES = 2_500

LINK = re.compile(r"\]\(\s*<?([^)\s#>]+)")
SOURCE = {".py", ".ts", ".tsx", ".sql"}
LEFT_OUT = ("web/src/protocol/", "forthwith/store/migrations/", "forthwith/store/postgres.py")

MUST_BE_THERE = {
    "ConversationView.tsx",
    "MessageComposer.tsx",
    "VirtualizedMessageList.tsx",
    "send_message.py",
    "useSendMessage.ts",
    "useWebSocket.ts",
    "webhook.py",
    "websocket.ts",
    "websocket_service.py",
}
"""The files that troubleshooting guides and protocol.md name."""


def linked_sources(document: Path, root: Path) -> list[str]:
    """Paths from `root` of the source files a document links, each once, in its order."""
    found: dict[str, None] = {}
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target or Path(target).suffix not in SOURCE:
            continue
        path = (document.parent / target).resolve()
        if path.is_relative_to(root):
            found[path.relative_to(root).as_posix()] = None
    return list(found)


def faults(paths: list[str], root: Path) -> list[str]:
    """What is wrong with the list of linked files, in sentences."""
    missing = [path for path in paths if not (root / path).is_file()]
    unnamed = MUST_BE_THERE - {Path(path).name for path in paths}
    return [
        *(f"{path} is linked and does not exist." for path in missing),
        *(f"{name} is part of the way and is not linked." for name in sorted(unnamed)),
    ]


def report(document: Path, root: Path) -> int:
    """Prints the count of each file and the sum; 1 if it is over budget or cannot be trusted."""
    if not document.is_file():
        print(f"{document.relative_to(root)} does not exist, so there is nothing to count.")
        return 1
    paths = linked_sources(document, root)
    wrong = faults(paths, root)
    counted = [path for path in paths if not path.startswith(LEFT_OUT) and (root / path).is_file()]
    sizes = {path: count_lines(root / path) for path in counted}
    for path, lines in sizes.items():
        print(f"{lines:6}  {path}")
    total = sum(sizes.values())
    if total > BUDGET_LINES:
        wrong.append(f"The way of one message is longer than {BUDGET_LINES} lines.")
    for sentence in wrong:
        print(sentence)
    print(f"flow: {total} lines, {len(sizes)} files")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(report(DOCUMENT, ROOT))
