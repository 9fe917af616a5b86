"""Just enough of HTTP/1.1 and WebSocket to know what passes: which request is under way, where a frame ends."""

END_OF_HEAD = b"\r\n\r\n"


class Requests:
    """What a browser asks on one connection: `method` and `path` of the newest request whose head is whole."""

    def __init__(self) -> None:
        self.method, self.path = "", ""
        self._head = b""
        self._body_left = 0

    def feed(self, data: bytes) -> None:
        """The next bytes from the browser. After an upgrade to WebSocket nothing is looked at any more."""
        while data and self.path != "/api/ws":
            if self._body_left:
                taken = min(self._body_left, len(data))
                self._body_left -= taken
                data = data[taken:]
                continue
            self._head += data
            if END_OF_HEAD not in self._head:
                return
            head, _, data = self._head.partition(END_OF_HEAD)
            self._head = b""
            first, *fields = head.decode("latin-1").split("\r\n")
            self.method, target, _ = first.split(" ")
            self.path = target.partition("?")[0]
            for each in fields:
                name, _, value = each.partition(":")
                if name.lower() == "content-length":
                    self._body_left = int(value)


class Frames:
    """The bytes from the server to a WebSocket, cut where its frames end. The upgrade's answer counts as one."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_open = False

    def feed(self, data: bytes) -> list[bytes]:
        """All that is whole now; the rest waits for its end."""
        self._rest += data
        whole = []
        while length := self._length():
            whole.append(self._rest[:length])
            self._rest = self._rest[length:]
            self._is_open = True
        return whole

    def _length(self) -> int:
        """Of the first frame, 0 while it is not whole (RFC 6455, 5.2; a server does not mask)."""
        rest = self._rest
        if not self._is_open:
            return rest.find(END_OF_HEAD) + len(END_OF_HEAD) if END_OF_HEAD in rest else 0
        if len(rest) < 2:
            return 0
        size, head = rest[1] & 0x7F, 2
        if size >= 126:
            head = 4 if size == 126 else 10
            size = int.from_bytes(rest[2:head])
        return head + size if len(rest) >= head + size else 0
