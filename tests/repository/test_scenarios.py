"""The fault scenarios: every number is one test, so that none is lost and none is told twice."""

import re
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]
NUMBERS = range(1, 37)
WRITTEN = re.compile(r"^async def test_scenario_(\d\d)_", re.MULTILINE)


def test_every_scenario_is_exactly_one_test() -> None:
    files = [*TESTS.glob("e2e/scenarios/test_*.py"), *TESTS.glob("differential/test_*.py")]
    found = Counter(int(each) for path in files for each in WRITTEN.findall(path.read_text()))
    assert found == Counter(NUMBERS)
