"""What all actions of fault rules have in common."""

from __future__ import annotations

import msgspec


class Action(msgspec.Struct, tag_field="action", forbid_unknown_fields=True):
    """What a rule does. The tag is the class's name in snake case."""
