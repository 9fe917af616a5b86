"""Bodies and their signature, byte for byte as Meta makes them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"))


def encode(payload: dict[str, Any]) -> bytes:
    r"""JSON as Meta writes it: non-ASCII as ``\uXXXX`` and ``/`` as ``\/``.

    A receiver that verifies a re-serialised body instead of the raw bytes fails on this.
    """
    return _ENCODER.encode(payload).replace("/", "\\/").encode("ascii")


def sign(secret: str, body: bytes) -> str:
    """The value of ``X-Hub-Signature-256``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
