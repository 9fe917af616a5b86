"""Run every proof in its large dose: `make prove`, or `make prove ONLY=kills`.

A proof runs in stretches of some minutes, each with a seed of its own. What a stretch has seen is kept in
`.prove/log.jsonl`, so that a run that was stopped, by Ctrl-C or by the machine, goes on where it was; remove the folder
to begin anew. A stretch that finds something is kept too: it stops the run, which says how to repeat it. At the end
the sums are printed and written to docs/reliability.md.
"""

import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.proof_log import Log, Stretch
from tools.proof_table import table, write_table
from tools.proofs import PROOFS, Proof

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".prove"
DOCUMENT = ROOT / "docs" / "reliability.md"
SAID = FOLDER / "said.log"
SEEN = FOLDER / "seen.jsonl"
LINES_OF_A_FAILURE = 60
IS_SEEN = sys.stdout.isatty()
BLINK_SECONDS, WORD_SECONDS = 1, 60


def main(arguments: Sequence[str]) -> int:
    """0 when every proof with `arguments[0]` in its name has reached its target and found nothing."""
    only = arguments[0] if arguments else ""
    chosen = [proof for proof in PROOFS if only in proof.name]
    if not chosen:
        names = [proof.name for proof in PROOFS]
        print(f"No proof has {only!r} in its name; there are:", *names, sep="\n  ")
        return 2
    FOLDER.mkdir(exist_ok=True)
    log = Log(FOLDER / "log.jsonl")
    try:
        passed = all(_prove(proof, log) for proof in chosen)
        code = 0 if passed else 1
    except KeyboardInterrupt:
        print("\nStopped. What was done is kept; `make prove` goes on from here.")
        code = 130
    print("", *table(log.stretches()), sep="\n")
    if code == 0:
        write_table(DOCUMENT, log.stretches())
        print(f"\nWritten to {DOCUMENT.relative_to(ROOT)}.")
    return code


def _prove(proof: Proof, log: Log) -> bool:
    """Stretch after stretch up to the target; False when one has found something."""
    while (done := log.done(proof)) < proof.target:
        seed = secrets.randbelow(2**31) + 1
        dose = min(proof.stretch, proof.target - done)
        code = _run(proof, dose, seed, log)
        seen = [Stretch.read(line) for line in SEEN.read_text().splitlines()]
        failed = code != 0 or any(stretch.found for stretch in seen)
        log.add(seen, proof.name, seed, _commit(), failed=failed)
        if failed:
            print("", *SAID.read_text().splitlines()[-LINES_OF_A_FAILURE:], sep="\n")
            again = _spoken(proof, dose, seed)
            print(f"\n{proof.name}: something was found. To see it again:\n  {again}")
            return False
        if log.done(proof) == done:
            print(f"{proof.name}: its tests have passed, but noted nothing; they said (in {SAID}):")
            print(*SAID.read_text().splitlines()[-LINES_OF_A_FAILURE:], sep="\n")
            return False
    print(f"{proof.name}: {log.done(proof):,} of {proof.target:,}", flush=True)
    return True


def _run(proof: Proof, dose: int, seed: int, log: Log) -> int:
    """One stretch to its end, with a word now and then; the tests' exit code."""
    SEEN.write_text("")
    environment = {**os.environ, **proof.dose(dose, seed), "FORTHWITH_PROOF_LOG": str(SEEN)}
    began = time.monotonic()
    with SAID.open("w") as said:
        tests = subprocess.Popen(proof.command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    try:
        while True:
            _show(_progress(proof, dose, seed, log, time.monotonic() - began))
            with contextlib.suppress(subprocess.TimeoutExpired):
                return tests.wait(BLINK_SECONDS if IS_SEEN else WORD_SECONDS)
    except KeyboardInterrupt:
        tests.wait()  # the terminal has told it too
        raise
    finally:
        _show("")


def _progress(proof: Proof, dose: int, seed: int, log: Log, seconds: float) -> str:
    """What runs, how far, how long still."""
    left = {each.name: _seconds_left(each, log) for each in PROOFS}
    of_all = max(0.0, sum(left.values()) - seconds)
    of_it = max(0.0, left[proof.name] - seconds)
    return (
        f"{proof.name}: {log.done(proof):,} of {proof.target:,}, the next {dose:,} for {seconds:.0f} s "
        f"(seed {seed}); {of_it / 60:.0f} min left, {of_all / 60:.0f} for all proofs"
    )


def _seconds_left(proof: Proof, log: Log) -> float:
    return max(0, proof.target - log.done(proof)) * log.seconds_each(proof)


def _show(line: str) -> None:
    """On a terminal each line takes the place of the one before."""
    if IS_SEEN:
        print(f"\r\033[K{line[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)
    elif line:
        print(line, flush=True)


def _spoken(proof: Proof, dose: int, seed: int) -> str:
    variables = " ".join(f"{name}={value}" for name, value in proof.dose(dose, seed).items())
    return f"{variables} {shlex.join(str(part) for part in proof.command)}"


def _commit() -> str:
    """The checkout's, with a + when files differ from it."""
    done = subprocess.run(
        ("git", "describe", "--always", "--abbrev=7", "--dirty=+", "--exclude=*"),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
