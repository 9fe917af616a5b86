"""A person who answers contacts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as every use case sees one; `inbox_ids` are the only inboxes that exist for them."""

    id: str
    email: str
    name: str
    inbox_ids: frozenset[str] = frozenset()
