"""The listening socket."""

import socket

BACKLOG = 2_048


class PortTaken(Exception):
    """The sentence says which, and what to set."""


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
