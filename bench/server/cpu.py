"""How much processor time other processes have used."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Of these processes together, all their threads included; one that has ended counts as 0."""
    return sum(_of_one(pid) for pid in pids)


def _of_one(pid: int) -> float:
    # The clock of another process, to the nanosecond: what clock_getcpuclockid(3) returns on Linux.
    with contextlib.suppress(OSError):
        return time.clock_gettime((~pid << 3) | 2)
    with contextlib.suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICKS
    return 0.0


def busy_seconds() -> float:
    """Of all processors together, since the machine started: everything but idleness and waiting for disks."""
    user, nice, system, _, _, irq, softirq, *_ = (
        int(ticks) for ticks in Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICKS
