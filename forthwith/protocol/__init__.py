"""The wire: shapes that server and browser exchange. `tools/generate_protocol.py` writes the TypeScript from here."""

VERSION = 1
"""Sent as `Forthwith-Protocol` on POSTs and as `protocol` in the socket's first frame; absent counts as 1."""

OLDEST_VERSION = 1
"""Older clients get 426 (HTTP) or close code 4406 (socket) and reload themselves."""
