"""Meta signs each webhook: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the raw body with the app secret>`."""

import hashlib
import hmac
from collections.abc import Sequence


def is_signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """True when any of the app secrets (two while one is being replaced) signed exactly these bytes.

    Constant time. Meta writes non-ASCII as `\\uXXXX`, so a body parsed and encoded again does not match.
    """
    if header is None or not header.startswith("sha256="):
        return False
    given = header.removeprefix("sha256=").encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(
            hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), given
        )
        for secret in secrets
    ]
    return any(matches)
