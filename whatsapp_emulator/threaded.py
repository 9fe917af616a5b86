"""The emulator in a thread of its own, for tests that are not asynchronous: every call blocks.

Asynchronous tests use ``testing.running_emulator``; a blocking call in their loop would hold up a
receiver of webhooks that runs in the same one.
"""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import Future
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from whatsapp_emulator.server import serving
from whatsapp_emulator.settings import Settings

START_SECONDS = 10.0
ANSWER_SECONDS = 60.0
GRAPH_VERSION = "v26.0"


class Refused(AssertionError):
    """A call that was not answered 2xx. ``http`` is the status, ``body`` the decoded answer."""

    def __init__(self, call: str, http: int, body: Any) -> None:
        super().__init__(f"{call} was answered {http}: {body}")
        self.http = http
        self.body = body


class WhatsApp:
    """A running emulator: ``with WhatsApp(settings) as whatsapp``.

    ``graph_url`` is what the product takes for ``https://graph.facebook.com``; no trailing slash.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.graph_url = ""
        self._opener = build_opener(ProxyHandler({}))
        self._listening: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, name="whatsapp-emulator", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    def __enter__(self) -> Self:
        self._thread.start()
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        self.graph_url = f"http://{host}:{self._listening.result(START_SECONDS)}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # raised again where the emulator was asked for
            if self._listening.done():
                raise
            self._listening.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self.settings) as running:
            self._listening.set_result(running.port)
            await self._stop.wait()

    # --- what the product needs to know ---------------------------------------------------------

    @property
    def token(self) -> str:
        return self.settings.token

    @property
    def app_secret(self) -> str:
        return self.settings.app_secret

    @property
    def verify_token(self) -> str:
        return self.settings.verify_token

    @property
    def phone_number_id(self) -> str:
        return self.settings.phone_number_ids[0]

    @property
    def business_account_id(self) -> str:
        return self.settings.business_account_id

    # --- calls ----------------------------------------------------------------------------------

    def graph(self, method: str, path: str, body: Any = None) -> Any:
        """Call the Graph API as the product does; the decoded answer, or ``Refused``."""
        return self._call(method, f"/{GRAPH_VERSION}/{path}", body, token=self.token)

    def control(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Call the control plane; the decoded answer, or ``Refused``."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._call(method, f"/_control/{path}{asked}", body)

    def _call(self, method: str, path: str, body: Any, token: str = "") -> Any:
        request = Request(self.graph_url + path, method=method)  # noqa: S310 - http to this machine
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with self._opener.open(request, timeout=ANSWER_SECONDS) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                raise Refused(f"{method} {path}", error.code, _decoded(error.read())) from None

    # --- levers ---------------------------------------------------------------------------------

    def contact(self, wa_id: str, **fields: Any) -> Person:
        """Make or change a contact: ``name``, ``device``, ``read_receipts``, ``phone_hidden``."""
        shape = self.control("PUT", f"contacts/{quote(wa_id)}", fields)
        return Person(self, shape["wa_id"], shape["bsuid"])

    def send_webhooks_to(self, url: str | None) -> None:
        """Deliver webhooks to ``url`` on this machine from now on; None lets them wait."""
        self.control("PUT", "webhook", {"url": url})

    def wait_until_quiet(self, timeout_seconds: float = 10.0) -> None:
        """Return when no call, status or webhook is under way; ``Refused`` after the time-out.

        Webhooks that wait for an address are under way: call ``send_webhooks_to`` first.
        """
        self.control("POST", "quiet", {"timeout_seconds": timeout_seconds})

    def advance_clock(self, seconds: float) -> None:
        """Move WhatsApp's time forward; what falls due happens at once."""
        self.control("POST", "clock/advance", {"seconds": seconds})


class Person:
    """A contact with a phone. ``bsuid`` is the business-scoped user id."""

    def __init__(self, whatsapp: WhatsApp, wa_id: str, bsuid: str) -> None:
        self.whatsapp = whatsapp
        self.wa_id = wa_id
        self.bsuid = bsuid

    def writes(self, message: str | dict[str, Any]) -> str:
        """Write a text, or any message object of Meta's; opens the service window. The wamid."""
        what = {"text": message} if isinstance(message, str) else message
        return str(self.whatsapp.control("POST", "inbound", {"from": self.wa_id, **what})["id"])

    def reads(self) -> int:
        """Open the conversation; how many messages were seen for the first time."""
        return int(self.whatsapp.control("POST", f"contacts/{self.wa_id}/read")["seen"])

    def switches_phone(self, device: str) -> None:
        """``online-open``, ``online`` or ``offline``."""
        self.whatsapp.contact(self.wa_id, device=device)


class Ledger:
    """Every send that WhatsApp accepted: the judge of "exactly once"."""

    def __init__(self, whatsapp: WhatsApp) -> None:
        self._whatsapp = whatsapp

    def entries(self, to: Person | str | None = None, **query: str) -> list[dict[str, Any]]:
        """Accepted sends, oldest first, maybe only those to one contact or with ``opaque=``."""
        if to is not None:
            query["to"] = to.wa_id if isinstance(to, Person) else to
        entries: list[dict[str, Any]] = self._whatsapp.control("GET", "ledger", **query)
        return entries

    def bodies(self, to: Person | str | None = None) -> list[Any]:
        """What was sent: the text of a text message, else the object named like its type."""
        return [entry["body"] for entry in self.entries(to)]


class Faults:
    """Misbehaviour on request: ``fault("hang", times=1)``."""

    def __init__(self, whatsapp: WhatsApp) -> None:
        self._whatsapp = whatsapp

    def __call__(
        self,
        action: str,
        *,
        match: dict[str, Any] | None = None,
        times: int | None = None,
        probability: float = 1.0,
        **parameters: Any,
    ) -> None:
        """Add a rule: the action with its parameters, whom it hits, how often."""
        rule: dict[str, Any] = {"do": {"action": action, **parameters}, "probability": probability}
        if match is not None:
            rule["match"] = match
        if times is not None:
            rule["times"] = times
        rules = self._whatsapp.control("GET", "faults")
        self._whatsapp.control("PUT", "faults", [*rules, rule])

    def clear(self) -> None:
        """No rule is in force any more."""
        self._whatsapp.control("DELETE", "faults")


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
