"""The rules of tools/source_rules.py hold here, and each is seen to fail on a planted violation."""

import pytest

from tools.source_rules import committed_files, file_faults

DOMAIN = "forthwith/domain/planted.py"
SERVICE = "forthwith/services/planted.py"
HOST = "py" + "pi.org"
HOME = "/ro" + "ot/"
OPEN = "TO" + "DO"
# In two pieces, so that this file itself breaks no rule.
TYPE, NOQA = "# type" + ": ignore", "# no" + "qa: S105"
EXPECT, DISABLE = "// @ts-" + "expect-error", "// oxlint-" + "disable-next-line no-console"

PLANTS = [
    (DOMAIN, "import apsw", "does not import apsw"),
    (DOMAIN, "import asyncio", "does not import asyncio"),
    (DOMAIN, "from sqlite3 import connect", "does not import sqlite3"),
    (DOMAIN, "import os.path", "does not import os.path"),
    (DOMAIN, "from time import monotonic", "does not import time"),
    (DOMAIN, "import random", "does not import random"),
    (DOMAIN, "def f():\n    import logging", "does not import logging"),
    (DOMAIN, "import msgspec", "does not import msgspec"),
    (DOMAIN, "from forthwith.store import events", "does not import forthwith.store"),
    (DOMAIN, "from datetime import UTC, datetime\nx = datetime.now(UTC)", "has no clock"),
    (SERVICE, 'x = "SELECT 1"', "SQL lives in"),
    (SERVICE, 'x = f"INSERT INTO t VALUES ({1})"', "SQL lives in"),
    (SERVICE, 'x = """\n    WITH y AS (SELECT 1) SELECT * FROM y"""', "SQL lives in"),
    (SERVICE, f"x = 1  {TYPE}", "without its code and a reason"),
    (SERVICE, f"x = 1  {TYPE}[misc]", "without its code and a reason"),
    (SERVICE, f"x = 1  {NOQA}", "without its code and a reason"),
    ("web/src/planted.ts", EXPECT, "without its code and a reason"),
    ("web/src/planted.ts", DISABLE, "without its code"),
    ("web/src/planted.css", f"/* {OPEN}: colours */", "left open"),
    ("requirements/planted.txt", f"--index-url https://{HOST}/simple", "names a registry's host"),
    ("docs/planted.md", f"see {HOME}notes", "names a folder of one machine"),
]

CLEAN = [
    (DOMAIN, "from datetime import datetime\nfrom forthwith.domain.status import join"),
    (SERVICE, 'x = "Select a conversation"\ny = "DELETED"'),
    ("forthwith/store/planted.py", 'x = "SELECT 1"'),
    (SERVICE, f"x = 1  {TYPE}[misc]  # the stub is older than the library"),
    (SERVICE, f"x = 1  {NOQA} - invented"),
    ("web/src/planted.ts", f"{DISABLE} -- the tag is a feature"),
    ("web/src/planted.ts", f"{EXPECT} the browser has it, the library does not"),
    ("docs/planted.md", "see https://example.org/work/notes and ../root/"),
]


def test_every_file_keeps_the_rules() -> None:
    faults = [fault for path, text in committed_files() for fault in file_faults(path, text)]
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize(("path", "text", "says"), PLANTS, ids=[plant[1] for plant in PLANTS])
def test_a_planted_violation_is_found(path: str, text: str, says: str) -> None:
    assert [says in str(fault) for fault in file_faults(path, text)] == [True]


@pytest.mark.parametrize(("path", "text"), CLEAN, ids=[clean[1] for clean in CLEAN])
def test_what_is_allowed_passes(path: str, text: str) -> None:
    assert list(file_faults(path, text)) == []
