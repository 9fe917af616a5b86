"""Use cases run against the real store, on every engine."""

from tests.store.conftest import ana, conversation_id, db, rings

__all__ = ["ana", "conversation_id", "db", "rings"]
