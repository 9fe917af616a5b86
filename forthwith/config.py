"""Settings: from the environment (`FORTHWITH_*`), then an optional TOML file, then defaults. Nobody else reads either.

The file is named by `FORTHWITH_CONFIG`; its keys are the same names in lower case without the prefix.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

PREFIX = "FORTHWITH_"
FILE = "FORTHWITH_CONFIG"
OF_TOOLS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("CHROMIUM", "CUTS", "DEV_SERVER", "ENTERS", "GALLERY", "KILLS"),
        *("NETWORK_FAULTS", "PAYLOADS", "POWER_CUTS", "PROOF_LOG", "RESTARTS"),
        *("SCHEDULES", "SCREENSHOTS", "SEED", "SENDS", "STEPS"),
    )
)
"""No settings of ours: the checkout's tools and tests read them, and somebody may have exported them."""
GRAPH_VERSION = "v26.0"

HTTPS_SENTENCE = (
    "FORTHWITH_PUBLIC_URL is neither https nor a loopback address: put a proxy with a certificate in front "
    "(Caddy fetches one by itself) and set FORTHWITH_PUBLIC_URL to its https:// address, because on plain http "
    "browsers refuse secure cookies, locks between tabs and the clipboard."
)


class ConfigurationError(Exception):
    """Settings that cannot be used: `faults` has one sentence for each, without any secret."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _secret() -> Any:
    """Kept out of every repr; empty until set."""
    return field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program runs with. The names are the environment's, in lower case without `FORTHWITH_`."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0: any free port."""
    public_url: str = ""
    """What browsers use; empty: `http://HOST:PORT`."""
    trusted_proxies: str = ""
    """Addresses, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    data_dir: Path = Path("forthwith-data")
    database_url: str = _secret()
    """Empty: SQLite in the data folder."""
    graph_url: str = f"https://graph.facebook.com/{GRAPH_VERSION}"
    whatsapp_token: str = _secret()
    whatsapp_app_secret: str = _secret()
    whatsapp_verify_token: str = _secret()
    whatsapp_phone_number_id: str = ""
    whatsapp_business_account_id: str = ""
    inbox_name: str = "Inbox"
    """What the number's inbox is called when it is made."""
    display_phone_number: str = ""
    """The number as people read it."""
    outcome_wait_seconds: float = 60
    """How long a lane waits for word of an unknown outcome (R9)."""
    stale_after_seconds: float = 600
    """A message never claimed for so long is returned, not sent (R8)."""
    graph_timeout_seconds: float = 20
    keep_events_days: float = 7
    """A browser that was away for longer loads everything anew."""
    keep_webhooks_days: float = 14
    keep_orphans_days: float = 8
    """Statuses of messages not known yet; Meta repeats webhooks for 7 days."""
    metrics_token: str = _secret()
    """Lets others than loopback read /metrics."""
    log_level: str = "info"
    debug: bool = False
    """Console tags in every browser."""
    emulator_port: int = 8001
    emulator_url: str = ""
    """Both `demo` only: the account menu leads to the second."""

    @property
    def browser_url(self) -> str:
        """The public URL, or the one that follows from host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    def on_port(self, port: int) -> "Settings":
        """The same, once it is known which port was free."""
        return replace(self, port=port)

    def for_child(self) -> dict[str, str]:
        """The environment of a child process that is to run with exactly these settings."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
        ours = {f"{PREFIX}{each.name.upper()}": getattr(self, each.name) for each in fields(self)}
        return inherited | {name: str(value) for name, value in ours.items()}


WHATSAPP = (
    "whatsapp_token",
    "whatsapp_app_secret",
    "whatsapp_verify_token",
    "whatsapp_phone_number_id",
    "whatsapp_business_account_id",
)
SECRET = frozenset(each.name for each in fields(Settings) if not each.repr)


def load(
    environ: Mapping[str, str] | None = None,
    *,
    serving: bool = True,
    defaults: Mapping[str, str] | None = None,
) -> Settings:
    """Read and check everything; raises ConfigurationError with all faults at once.

    `serving` asks for what only a server needs: WhatsApp's settings and a public URL that browsers trust. `defaults`
    take the place of the built-in ones, under environment names.
    """
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    given = dict(defaults or {}) | _from_file(environ.get(FILE, ""), faults)
    for name, text in environ.items():
        if (
            name.startswith(PREFIX)
            and name not in OF_TOOLS | {FILE}
            and (text.strip() or name not in given)
        ):
            given[name] = text
    values = _read(given, faults)
    settings = Settings(**values)
    if serving:
        faults += _missing(given, settings)
        if not faults and not is_trustworthy(settings.browser_url):
            faults.append(HTTPS_SENTENCE)
    if faults:
        raise ConfigurationError(faults)
    return settings


def is_trustworthy(url: str) -> bool:
    """True for what browsers call a secure context: https, or this machine."""
    return url.startswith("https://") or is_loopback(urlsplit(url).hostname or "")


def is_loopback(host: str) -> bool:
    """`localhost`, 127.0.0.0/8, ::1."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _from_file(path: str, faults: list[str]) -> dict[str, str]:
    """The TOML file's entries under their environment names."""
    if not path:
        return {}
    try:
        entries = tomllib.loads(Path(path).expanduser().read_text("utf-8"))
    except OSError as error:
        faults.append(f"{FILE} names {path}, which cannot be read ({error.strerror}).")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{FILE} names {path}, which is not TOML: {error}.")
        return {}
    tables = [key for key, value in entries.items() if isinstance(value, dict | list)]
    faults += [
        f"{key} in {path} is a table or a list; settings are plain values." for key in tables
    ]
    return {
        f"{PREFIX}{key.upper()}": str(value) for key, value in entries.items() if key not in tables
    }


def _read(given: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """Values by field name, without the faulty ones."""
    known = {f"{PREFIX}{each.name.upper()}": each.name for each in fields(Settings)}
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name not in known:
            near = get_close_matches(name, known, 1, 0.8)
            hint = f"did you mean {near[0]}?" if near else "remove it."
            faults.append(f"{name} is not a setting; {hint}")
        elif text.strip():
            try:
                values[known[name]] = READERS.get(known[name], _text)(text.strip())
            except ValueError as error:
                shown = "" if known[name] in SECRET else f", not {text!r}"
                faults.append(f"{name} must be {error}{shown}.")
    return values


def _missing(given: Mapping[str, str], settings: Settings) -> list[str]:
    names = [f"{PREFIX}{each.upper()}" for each in WHATSAPP]
    return [
        f"{name} is empty; set it to the value Meta shows for your app."
        if name in given
        else f"{name} is missing; set it to the value Meta shows for your app."
        for name in names
        if not given.get(name, "").strip()
    ]


_placeholder = re.compile(
    r"<.*>|\{\{.*|\$\{.*|(.)\1*|(your|insert|enter|replace|paste)[-_ ].*|.*change[-_ ]?(me|it)([^a-z].*)?|.*placeholder.*"
    r"|todo|tbd|none|null|example",
    re.IGNORECASE,
)


def _text(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line of printable characters")
    return text


def _credential(text: str) -> str:
    if _placeholder.fullmatch(text):
        raise ValueError("the real value; what is there looks like a placeholder")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("printable ASCII without spaces")
    return text


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise ValueError("a whole number from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds <= 86_400 * 365:
        raise ValueError("a number of seconds greater than 0")
    return seconds


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 < days <= 36_500:
        raise ValueError("a number of days greater than 0")
    return days


def _yes_or_no(text: str) -> bool:
    choices = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in choices:
        raise ValueError("true or false")
    return choices[text.lower()]


def _url(text: str, schemes: tuple[str, ...]) -> SplitResult | None:
    try:
        url = urlsplit(text)
        usable = url.scheme in schemes and url.hostname and (url.port is None or url.port > 0)
    except ValueError:  # a port that is no number, brackets that do not close
        return None
    return url if usable and text.isprintable() and " " not in text else None


def _public_url(text: str) -> str:
    url = _url(text, ("http", "https"))
    if url is None or url.path.strip("/") or url.query or url.fragment or "@" in url.netloc:
        raise ValueError("an address like https://inbox.example, without a path")
    return f"{url.scheme}://{url.netloc.lower()}"


def _graph_url(text: str) -> str:
    url = _url(text, ("http", "https"))
    if url is None or url.query or url.fragment or "@" in url.netloc:
        raise ValueError(f"an address like https://graph.facebook.com/{GRAPH_VERSION}")
    if not is_trustworthy(text):
        raise ValueError("https, for it is given the access token")
    base = text.rstrip("/")
    return base if re.search(r"/v\d+\.\d+$", base) else f"{base}/{GRAPH_VERSION}"


def _database_url(text: str) -> str:
    if _url(text, ("postgres", "postgresql")) is None:
        raise ValueError(
            "empty (SQLite) or an address like postgresql://name:password@host/database"
        )
    return text


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _log_level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("debug, info, warning or error")
    return text.lower()


def _addresses(text: str) -> str:
    try:
        return ",".join(str(ip_address(each.strip())) for each in text.split(","))
    except ValueError:
        raise ValueError("addresses separated by commas, like 10.0.0.2,10.0.0.3") from None


READERS: dict[str, Callable[[str], Any]] = {
    "port": _port,
    **dict.fromkeys(("public_url", "emulator_url"), _public_url),
    "trusted_proxies": _addresses,
    "data_dir": _folder,
    "database_url": _database_url,
    "graph_url": _graph_url,
    **dict.fromkeys(WHATSAPP, _credential),
    "outcome_wait_seconds": _seconds,
    "stale_after_seconds": _seconds,
    "graph_timeout_seconds": _seconds,
    "keep_events_days": _days,
    "keep_webhooks_days": _days,
    "keep_orphans_days": _days,
    "metrics_token": _credential,
    "log_level": _log_level,
    "debug": _yes_or_no,
    "emulator_port": _port,
}
