"""Every row of bad input has its test, and every recorded webhook of others is taken without an exception."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.bad_input.conftest import Desk

HERE = Path(__file__).parent
PAYLOADS = Path(
    os.environ.get("FORTHWITH_PAYLOADS") or HERE.parents[2].parent / "shared" / "payloads"
)
FILES = sorted(PAYLOADS.glob("*.json"))


def test_every_row_has_a_test_that_carries_its_number() -> None:
    files = [*HERE.glob("test_*.py"), HERE.parent / "test_cli.py"]
    found = {
        int(number)
        for file in files
        for number in re.findall(
            r"^(?:async )?def test_row_(\d\d)_", file.read_text(), re.MULTILINE
        )
    }
    assert sorted(set(range(1, 59)) - found) == []


@pytest.mark.skipif(
    not FILES, reason="no folder of recorded payloads; FORTHWITH_PAYLOADS names one"
)
async def test_recorded_payloads_are_stored_and_raise_nothing(desk: Desk) -> None:
    served = desk.served
    for file in FILES:
        raw = json.dumps(json.loads(file.read_text())["payload"]).encode()
        before = served.one("SELECT COUNT(*) FROM webhooks")
        assert await served.deliver(raw) == (200, ""), file.name
        assert served.one("SELECT COUNT(*) FROM webhooks") == before + 1, file.name
    assert served.one("SELECT COUNT(*) FROM set_aside WHERE reason LIKE 'raised %'") == 0
    assert "Unexpected error" not in served.log()
