"""Ids the server makes: a word that says what it is, and 96 random bits."""

import secrets


def new_id(kind: str) -> str:
    """For example `message-5f…`."""
    return f"{kind}-{secrets.token_hex(12)}"
