"""What went over the wire between an emulator and whoever is tested against it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whatsapp_emulator.testing import RunningEmulator


@dataclass(frozen=True)
class Answer:
    """What a call got: an HTTP status, or the name of the exception it ended with."""

    what: int | str
    text: str = ""
    statuses_before: tuple[str, ...] = ()

    @property
    def code(self) -> int | None:
        """Meta's error code in it."""
        try:
            return int(json.loads(self.text)["error"]["code"])
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class Post:
    """One attempt of a webhook, from the delivery log."""

    app: str
    attempt: int
    at: str
    http: int | None
    signature: str
    replayed: bool
    body: str
    names: list[str]
    """Of its updates: the status, or the kind."""

    @property
    def lateness(self) -> list[float]:
        """Seconds of virtual time between each status and its POST."""
        at = datetime.fromisoformat(self.at).timestamp()
        return [at - int(one["timestamp"]) for one in self.items("statuses")]

    @property
    def entries(self) -> list[Any]:
        return list(json.loads(self.body)["entry"])

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [change for entry in self.entries for change in entry["changes"]]

    @property
    def values(self) -> list[dict[str, Any]]:
        return [change["value"] for change in self.changes]

    def items(self, name: str) -> list[dict[str, Any]]:
        """All ``messages``, ``statuses``, ``contacts`` or ``errors`` in it."""
        return [item for value in self.values for item in value.get(name, [])]


@dataclass
class Wire:
    """``answers`` of the business's own calls, where the test made them; ``posts`` of webhooks
    about one contact, in the order of their ends."""

    answers: list[Answer] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    @property
    def good(self) -> list[Post]:
        """Those that were answered 200."""
        return [post for post in self.posts if post.http == 200]

    @property
    def names(self) -> list[str]:
        """Every status or kind that was answered 200, in order."""
        return [name for post in self.good for name in post.names]

    @property
    def ways(self) -> list[list[str]]:
        """The statuses of each message, in the order they were answered 200."""
        ways: dict[str, list[str]] = {}
        for one in self.items("statuses"):
            ways.setdefault(one["id"], []).append(one["status"])
        return list(ways.values())

    def items(self, name: str) -> list[dict[str, Any]]:
        return [item for post in self.good for item in post.items(name)]


async def read_wire(emulator: RunningEmulator, wa_id: str) -> Wire:
    """The webhooks about that contact, from the delivery log."""
    inbound = emulator.emulator.inbound.of_contact(wa_id)
    ids = {entry["wamid"] for entry in await emulator.ledger(to=wa_id)}
    ids |= {one.wamid for one in inbound}
    log = await emulator.control("GET", "deliveries", query={"bodies": "1"})
    posts = [
        Post(
            app=one["app"],
            attempt=one["attempt"],
            at=one["at"],
            http=one["http"],
            signature=one["signature"],
            replayed=one["replayed"],
            body=one["body"],
            names=[update["status"] or update["kind"] for update in one["updates"]],
        )
        for one in log
        if any(update["wamid"] in ids for update in one["updates"])
    ]
    return Wire(posts=posts)
