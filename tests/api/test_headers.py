"""Headers of every answer, as a snapshot (ASVS 3.4, 14.3.2)."""

from pathlib import Path

from tests.api.conftest import Answer, Browser, browsing, running_edge

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = (
    "default-src 'self'; connect-src 'self' {sockets}; img-src 'self' blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "report-uri /api/csp-report"
)
EVERY_KIND = (
    "/",
    "/c/x",
    "/assets/none.js",
    "/healthz",
    "/metrics",
    "/webhooks/whatsapp",
    "/api/session",
    "/api/none",
)


def has_all(answer: Answer, expected: dict[str, str]) -> None:
    assert expected.items() <= {name: answer.headers.get(name) for name in expected}.items()


async def test_every_answer_has_them(ana: Browser) -> None:
    port = ana.edge.settings.port
    page_policy = POLICY.format(sockets=f"ws://127.0.0.1:{port} ws://localhost:{port}")
    for path in EVERY_KIND:
        answer = await ana.ask("GET", path)
        has_all(answer, EVERYWHERE)
        is_data = path.startswith("/api/")
        policy = "default-src 'none'; frame-ancestors 'none'" if is_data else page_policy
        assert answer.headers["Content-Security-Policy"] == policy
        assert "Strict-Transport-Security" not in answer.headers
        assert "Server" not in answer.headers
        if path not in ("/", "/c/x"):
            assert answer.headers["Cache-Control"] == "no-store"


async def test_refusals_have_them_too(ana: Browser) -> None:
    for answer in (
        await ana.ask("POST", "/api/session", origin="https://evil.example"),
        await ana.ask("POST", "/api/session", raw=b"{"),
        await ana.ask("PUT", "/api/session"),
    ):
        assert answer.status >= 400
        has_all(answer, EVERYWHERE | {"Cache-Control": "no-store"})


async def test_with_https_browsers_are_told_to_stay_with_it(tmp_path: Path) -> None:
    with running_edge(tmp_path, public_url="https://inbox.example") as edge:
        async with browsing(edge) as browser:
            answer = await browser.ask("GET", "/healthz")
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert answer.headers["Content-Security-Policy"] == POLICY.format(
                sockets="wss://inbox.example"
            )
