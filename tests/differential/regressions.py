"""Schedules that have failed once, cut down: every run plays them first."""

from tests.differential.schedule import Step

REGRESSIONS: dict[str, tuple[Step, ...]] = {}
"""By what went wrong."""
