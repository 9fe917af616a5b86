"""What a proof has seen, printed and kept: `make prove` adds these lines up (docs/reliability.md)."""

import json
import os
from pathlib import Path

LOG = os.environ.get("FORTHWITH_PROOF_LOG", "")


def record(
    proof: str,
    seed: int,
    *,
    runs: int,
    faults: int,
    seconds: float,
    lost: int = 0,
    doubled: int = 0,
    backwards: int = 0,
    wrong_frames: int = 0,
) -> None:
    """Note one stretch of a proof.

    `runs`: messages, steps or cycles, as the proof counts them; `faults`: how many were thrown at them;
    `wrong_frames`: frames with two bubbles of one message, or none. A stretch that found something is noted before its
    test fails.
    """
    stretch = {
        "proof": proof,
        "seed": seed,
        "runs": runs,
        "faults": faults,
        "lost": lost,
        "doubled": doubled,
        "backwards": backwards,
        "wrong_frames": wrong_frames,
        "seconds": round(seconds, 2),
    }
    line = json.dumps(stretch)
    print(line)
    if LOG:
        with Path(LOG).open("a") as log:
            log.write(line + "\n")
