"""The seed runs against the real store, on every engine."""

from tests.store.conftest import db, rings

__all__ = ["db", "rings"]
