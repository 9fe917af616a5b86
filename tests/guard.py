"""Runs a server for the tests and ends it when whoever started this process is gone.

    python tests/guard.py SIGNAL USER COMMAND...

The test run holds the other end of standard input; its end, however it comes (Ctrl-C, kill -9), is
end of file here, and the server gets SIGNAL. USER is the account to run as, or an empty string.
"""

import contextlib
import pwd
import signal
import subprocess
import sys
import threading
from typing import Any

PATIENCE_SECONDS = 10


def main() -> int:
    stop, user, *command = sys.argv[1:]
    account: dict[str, Any] = {}
    if user:
        account = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **account)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        with contextlib.suppress(ProcessLookupError):
            server.send_signal(signal.Signals[stop])
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()

    threading.Thread(target=end_with_parent, daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
