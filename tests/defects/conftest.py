"""What once went wrong in the product as a whole, each under its own name."""

import pytest

from tests.e2e.conftest import browser as browser
from tests.e2e.conftest import new_inbox as new_inbox
from tests.e2e.conftest import product as product


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "defects" in item.path.parts:
            item.add_marker(pytest.mark.browser)
