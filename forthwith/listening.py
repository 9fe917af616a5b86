"""The listening socket: our own, or one that a supervisor holds while we restart (G9)."""

import os
import socket

BACKLOG = 2_048


FIRST_PASSED = 3
"""Descriptor of the first socket that a supervisor passes; systemd's sd_listen_fds(3) says so."""


class PortTaken(Exception):
    """The sentence says which, and what to set."""


class PassedUnusable(PortTaken):
    """What the supervisor passed is not one listening TCP socket."""


def passed() -> socket.socket | None:
    """The listening socket that systemd or another supervisor passed to this very process; None when there is none.

    Connections that come between two of our lives wait in its backlog. Raises PassedUnusable.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None  # not for us: a parent's environment
    if os.environ.get("LISTEN_FDS") != "1":
        raise PassedUnusable(
            "The supervisor passes several sockets (LISTEN_FDS); Forthwith takes exactly one."
        )
    try:
        os.set_inheritable(FIRST_PASSED, False)
        given = socket.socket(fileno=FIRST_PASSED)
    except OSError:
        given = None
    if (
        given is None
        or given.family not in (socket.AF_INET, socket.AF_INET6)
        or not given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    ):
        raise PassedUnusable(
            "What the supervisor passes as descriptor 3 is no listening TCP socket; check its ListenStream."
        )
    return given


def listen(host: str, port: int, setting: str = "FORTHWITH_PORT") -> socket.socket:
    """A listening socket; connections wait in its backlog until somebody accepts. Port 0: any free one.

    Raises PortTaken, which names `setting`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle only for sockets that say they are TCP; with it, answers wait 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Nothing can listen on {host} port {port} ({error.strerror}); stop what does, or set {setting}."
        ) from error
    return listener
