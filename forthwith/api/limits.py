"""How fast one agent may ask, and how often somebody may fail to sign in."""

from ipaddress import ip_address, ip_network

from forthwith.domain.allowance import Allowance
from forthwith.domain.errors import Refusal
from forthwith.domain.times import SECOND

REQUESTS_PER_SECOND = 50
BURST = 500


class RateLimited(Refusal):
    """429: `retry_after_seconds` in params."""

    code = "rate_limited"


class ApiLimit:
    """50 requests a second for each agent, 500 at once."""

    def __init__(self) -> None:
        self._allowance = Allowance(burst=BURST, refill_ms=SECOND / REQUESTS_PER_SECOND)

    def spend(self, agent_id: str, now: int) -> None:
        """Count one request; raises RateLimited. `now` in milliseconds."""
        wait = self._allowance.take(agent_id, now)
        if wait:
            raise RateLimited(retry_after_seconds=-(-wait // SECOND))


def network_of(address: str) -> str:
    """Whose failed sign-ins are counted together: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
