"""docs/emulator.md tells every option, call and fault of the emulator, and no other."""

import re

import pytest
from aiohttp import web

from tools import generate_emulator_manual as manual
from tools.generate_emulator_manual import MANUAL, Undocumented, generated, telling
from whatsapp_emulator.cli import read_settings
from whatsapp_emulator.control import routes
from whatsapp_emulator.faults.rules import parse_rules

TEXT = MANUAL.read_text()


def part(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", TEXT, re.DOTALL)
    assert found
    return found[1]


def test_the_manual_is_as_the_code_has_it() -> None:
    assert generated(TEXT) == TEXT, "run `python -m tools.generate_emulator_manual`"


def test_a_call_that_nobody_described_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def secret(request: web.Request) -> web.StreamResponse:
        raise NotImplementedError

    def with_one_more(app: web.Application) -> None:
        routes.add_control_routes(app)
        app.router.add_get("/_control/secret", secret)

    monkeypatch.setattr(manual, "add_control_routes", with_one_more)
    with pytest.raises(Undocumented, match="GET secret"):
        generated(TEXT)
    secret.__doc__ = "Told."
    assert generated(TEXT) != TEXT


def test_every_call_told_exists() -> None:
    app = web.Application()
    routes.add_control_routes(app)
    exist = {
        f"{route.method} {route.resource.canonical.removeprefix('/_control/')}"
        for route in app.router.routes()
        if route.resource and route.method not in ("*", "HEAD")
    }
    told = re.findall(r"^- `([A-Z]+ [^`]+)`", part("calls"), re.MULTILINE)
    assert sorted(told) == sorted(exist)


def test_every_option_told_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    told = re.findall(r"^- `--([a-z-]+)`", part("options"), re.MULTILINE)
    with pytest.raises(SystemExit):
        read_settings(["--help"], {})
    taken = set(re.findall(r"^  --([a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert set(told) == taken


def test_every_fault_told_is_taken() -> None:
    told = re.findall(
        r"^- `(\w+)`", part("refusals") + part("answers") + part("webhooks"), re.MULTILINE
    )
    assert len(told) == len(set(told)) > 20
    refused = [name for name in told if "Invalid value" in complaint(name)]
    assert refused == []
    assert "Invalid value" in complaint("explode")


def complaint(action: str) -> str:
    """Why a rule with that action and no parameters cannot be; empty when it can."""
    try:
        parse_rules([{"do": action}])
    except ValueError as error:
        return str(error)
    return ""


def test_a_docstring_is_required() -> None:
    with pytest.raises(Undocumented, match="bare"):
        telling(lambda: None, "bare")
