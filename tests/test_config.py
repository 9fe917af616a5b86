"""Settings: where they come from, and that every fault is told at once and no secret with it (bad-input row 56)."""

import re
from pathlib import Path

import pytest

from forthwith.config import (
    FILE,
    HTTPS_SENTENCE,
    OF_TOOLS,
    PREFIX,
    SECRET,
    ConfigurationError,
    Settings,
    load,
)

ENOUGH = {
    "FORTHWITH_WHATSAPP_TOKEN": "EAAG-token-of-the-app",
    "FORTHWITH_WHATSAPP_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "FORTHWITH_WHATSAPP_VERIFY_TOKEN": "verify-me-please",
    "FORTHWITH_WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "FORTHWITH_WHATSAPP_BUSINESS_ACCOUNT_ID": "102290129340398",
}


def faults(**settings: str) -> list[str]:
    """Of the settings that are enough, with these besides (names without the prefix)."""
    named = {f"{PREFIX}{name.upper()}": text for name, text in settings.items()}
    with pytest.raises(ConfigurationError) as refused:
        load(ENOUGH | named)
    return refused.value.faults


def test_the_defaults_are_those_of_the_protocol() -> None:
    settings = load(ENOUGH)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.browser_url == "http://127.0.0.1:8000"
    assert settings.database_url == ""
    assert settings.graph_url == "https://graph.facebook.com/v26.0"
    assert settings.outcome_wait_seconds == 60
    assert settings.stale_after_seconds == 600
    assert settings.graph_timeout_seconds == 20
    assert settings.emulator_port == 8001
    assert settings.debug is False


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "forthwith.toml"
    file.write_text('port = 9001\nhost = "::1"\ndebug = true\noutcome_wait_seconds = 1.5\n')
    environ = ENOUGH | {"FORTHWITH_CONFIG": str(file), "FORTHWITH_PORT": "9002"}
    settings = load(
        environ,
        defaults={"FORTHWITH_PORT": "1", "FORTHWITH_HOST": "x", "FORTHWITH_INBOX_NAME": "Shop"},
    )
    assert (settings.port, settings.host, settings.inbox_name) == (9002, "::1", "Shop")
    assert (settings.debug, settings.outcome_wait_seconds) == (True, 1.5)
    assert settings.browser_url == "http://[::1]:9002"


def test_secrets_may_lie_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "forthwith.toml"
    file.write_text(
        "".join(
            f'{name.removeprefix(PREFIX).lower()} = "{text}"\n' for name, text in ENOUGH.items()
        )
    )
    assert load({"FORTHWITH_CONFIG": str(file)}).whatsapp_verify_token == "verify-me-please"


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load(ENOUGH | {"FORTHWITH_PORT": " ", "FORTHWITH_DATABASE_URL": ""}).port == 8000


def test_every_fault_is_told_at_once_one_sentence_each() -> None:
    told = faults(
        port="eighty",
        prot="8000",
        public_url="inbox.example",
        graph_url="ftp://x",
        database_url="mysql://root:hunter2@db/x",
        outcome_wait_seconds="-1",
        whatsapp_token="changeme",
        whatsapp_app_secret="",
        log_level="loud",
        debug="maybe",
        emulator_port="70000",
        trusted_proxies="nginx",
    )
    assert len(told) == 12
    assert all(sentence.endswith((".", "?")) and "\n" not in sentence for sentence in told)
    assert "FORTHWITH_PORT must be a whole number from 0 to 65535, not 'eighty'." in told
    assert "FORTHWITH_PROT is not a setting; did you mean FORTHWITH_PORT?" in told
    assert not any("hunter2" in sentence for sentence in told)


def test_what_the_tools_of_a_checkout_read_is_no_fault() -> None:
    root = Path(__file__).parents[1]
    sources = [
        *root.glob("tools/*.py"),
        *root.glob("tests/**/*.py"),
        root / "web" / "vite.config.ts",
    ]
    read = re.compile(r"(?:environ\.get\(|environ\[|getenv\(|process\.env\.)[\"']?(FORTHWITH_\w+)")
    found = {name for source in sources for name in read.findall(source.read_text())}
    assert found <= OF_TOOLS | {FILE}, "name it in config.OF_TOOLS, or give it another prefix"
    assert load(ENOUGH | dict.fromkeys(OF_TOOLS, "x")) == load(ENOUGH)


def test_nothing_set_names_all_five_of_whatsapp() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load({})
    assert [sentence.split()[0] for sentence in refused.value.faults] == list(ENOUGH)


@pytest.mark.parametrize("name", sorted(ENOUGH))
@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "changeme",
        "<your token>",
        "your-app-secret",
        "xxxxxxxx",
        "${TOKEN}",
        "placeholder",
        "CHANGE_ME_NOW",
        "insert token",
    ],
)
def test_a_missing_secret_or_a_placeholder_is_told(name: str, text: str) -> None:
    told = faults(**{name.removeprefix(PREFIX).lower(): text})
    assert len(told) == 1
    assert told[0].startswith(name)


@pytest.mark.parametrize(
    "text",
    [
        "demo-token",
        "s3cr3t",
        "test-secret",
        "yourself",
        "exchange",
        "nonesuch",
        "me-change-mention",
    ],
)
def test_a_plain_secret_passes(text: str) -> None:
    settings = load(ENOUGH | {"FORTHWITH_WHATSAPP_APP_SECRET": text})
    assert settings.whatsapp_app_secret == text


def test_no_secret_is_ever_repeated() -> None:
    """Wrong or right: not in a fault, not in a repr."""
    for name in sorted(SECRET):
        told = faults(**{name: "canary with spaces\u00e9 \x07"})
        assert len(told) == 1
        assert "canary" not in told[0]
    settings = load(
        ENOUGH
        | {
            "FORTHWITH_METRICS_TOKEN": "canary-1",
            "FORTHWITH_DATABASE_URL": "postgresql://u:canary-2@h/d",
        }
    )
    assert "canary" not in repr(settings)
    for name in ("TOKEN", "APP_SECRET", "VERIFY_TOKEN"):
        assert ENOUGH[f"FORTHWITH_WHATSAPP_{name}"] not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "https://",
        "inbox.example",
        "ftp://x",
        "https://x/path",
        "https://x?q",
        "https://u:p@x",
        "https://x:0",
        "https://x:99999",
        "https://[::1",
        "https://a b",
    ],
)
def test_a_bad_public_url_is_told(url: str) -> None:
    assert faults(public_url=url)[0].startswith("FORTHWITH_PUBLIC_URL must be an address like")


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "http://inbox.example"},
        {"host": "0.0.0.0"},
        {"public_url": "http://192.168.1.5:8000"},
        {"host": "::"},
    ],
)
def test_plain_http_elsewhere_is_refused_with_the_way_to_https(settings: dict[str, str]) -> None:
    assert faults(**settings) == [HTTPS_SENTENCE]


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "https://inbox.example", "host": "0.0.0.0"},
        {"public_url": "http://localhost:9000"},
        {"host": "127.0.0.2"},
        {"host": "::1"},
        {"public_url": "HTTPS://Inbox.Example/"},
    ],
)
def test_https_and_loopback_pass(settings: dict[str, str]) -> None:
    named = {f"{PREFIX}{name.upper()}": text for name, text in settings.items()}
    assert load(ENOUGH | named).browser_url.partition(":")[0] in ("http", "https")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001/v26.0"),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8001/v26.0"),
        ("http://localhost:8001/v25.0", "http://localhost:8001/v25.0"),
        ("https://graph.facebook.com/v24.0/", "https://graph.facebook.com/v24.0"),
    ],
)
def test_the_graph_url_ends_with_a_version(given: str, used: str) -> None:
    assert load(ENOUGH | {"FORTHWITH_GRAPH_URL": given}).graph_url == used


def test_the_access_token_never_travels_in_the_clear() -> None:
    assert "must be https" in faults(graph_url="http://graph.facebook.com")[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("port = [1]", "list"),
        ("[port]\nx = 1", "table"),
        ("port", "not TOML"),
        ("prot = 1", "did you mean"),
        ("\udcff", "not TOML"),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "forthwith.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    told = faults(config=str(file))
    assert len(told) == 1
    assert word in told[0]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in faults(config=str(tmp_path / "none.toml"))[0]


def test_a_child_gets_exactly_these_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORTHWITH_PORT", "1")
    monkeypatch.setenv("FORTHWITH_CONFIG", "gone.toml")
    monkeypatch.setenv("UNRELATED", "kept")
    settings = load(
        ENOUGH | {"FORTHWITH_DEBUG": "yes", "FORTHWITH_STALE_AFTER_SECONDS": "0.5"}
    ).on_port(4321)
    environment = settings.for_child()
    assert environment["UNRELATED"] == "kept"
    assert load(environment) == settings
    assert load(environment).port == 4321


def test_without_serving_a_store_is_enough() -> None:
    assert load({"FORTHWITH_DATA_DIR": "~/inbox"}, serving=False).data_dir == Path.home() / "inbox"
    with pytest.raises(ConfigurationError):
        load({"FORTHWITH_DATA_DIRR": "x"}, serving=False)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]  # that is the point
