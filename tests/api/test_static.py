"""The browser's half as it is served: one page for every path, assets for a year."""

import gzip
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from forthwith.api.kept_builds import keep
from forthwith.api.static import TYPES, WebFiles, web_folder
from tests.api.conftest import Answer, Browser, Edge, browsing, running_edge

PAGE = "<!doctype html><title>Forthwith</title>" + "<p>words" * 200
SCRIPT = "export const word = 'forthwith';" * 50


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A server whose front end is a small made-up build."""
    folder = tmp_path_factory.mktemp("served")
    dist = folder / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text(PAGE)
    (dist / "mark.svg").write_text("<svg/>")
    (dist / "assets" / "index-abc123.js").write_text(SCRIPT)
    (dist / "assets" / "figtree-abc123.woff2").write_bytes(b"wOF2")
    (folder / "secret.txt").write_text("outside")
    with running_edge(folder / "data") as edge:
        edge.app.router.default = WebFiles(dist)
        yield edge


@pytest.fixture
async def visitor(served: Edge) -> AsyncIterator[Browser]:
    async with browsing(served) as browser:
        yield browser


@pytest.mark.parametrize(
    "path", ["/", "/c/conversation-1", "/c/%F0%9F%9A%B2?x=1", "/anything/else", "/" + "x" * 300]
)
async def test_every_path_of_the_page_gets_the_page(visitor: Browser, path: str) -> None:
    answer = await visitor.ask("GET", path)
    assert (answer.status, answer.body.decode()) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_file_is_asked_for_anew_but_sent_only_when_it_changed(visitor: Browser) -> None:
    etag = (await visitor.ask("GET", "/mark.svg")).headers["ETag"]
    answer = await visitor.ask("GET", "/mark.svg", headers={"If-None-Match": etag})
    assert (answer.status, answer.body) == (304, b"")
    old = {"If-None-Match": 'W/"old"'}
    assert (await visitor.ask("GET", "/mark.svg", headers=old)).status == 200


async def test_the_page_under_its_own_name_is_not_kept_either(visitor: Browser) -> None:
    answer = await visitor.ask("GET", "/index.html")
    assert (answer.body.decode(), answer.headers["Cache-Control"]) == (PAGE, "no-store")


def build(dist: Path, number: int) -> None:
    """As Vite does: the folder is emptied, and the asset has a new name."""
    shutil.rmtree(dist, ignore_errors=True)
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text(f"<script src=/assets/index-{number}.js>")
    (dist / "assets" / f"index-{number}.js").write_text(f"build {number}")
    (dist / "assets" / f"index-{number}.js.map").write_text("{}")


async def test_a_tab_that_was_open_during_an_upgrade_finds_its_assets(
    visitor: Browser, tmp_path: Path
) -> None:
    dist, kept = tmp_path / "dist", tmp_path / "kept"
    router, found = visitor.edge.app.router, dict[int, Answer]()
    before = router.default
    try:
        for number in (1, 2, 2, 3):  # 2 is started twice: a restart is no upgrade
            build(dist, number)
            router.default = WebFiles(dist, keep(dist, kept))
            found = {
                asset: await visitor.ask("GET", f"/assets/index-{asset}.js")
                for asset in range(1, number + 1)
            }
            bodies = {asset: answer.body.decode() for asset, answer in found.items()}
            for asset in {number, max(1, number - 1)}:
                assert bodies[asset] == f"build {asset}"
                assert "immutable" in found[asset].headers["Cache-Control"]
        assert found[1].status == 404
        assert len(list(kept.iterdir())) == 2
        assert list(kept.rglob("*.map")) == []
    finally:
        router.default = before


def test_a_folder_that_takes_no_copy_stops_no_server(tmp_path: Path) -> None:
    build(tmp_path / "dist", 1)
    (tmp_path / "kept").write_text("no folder")
    assert keep(tmp_path / "dist", tmp_path / "kept") == []


def test_a_server_keeps_the_build_it_starts_with(served: Edge) -> None:
    kept = served.settings.data_dir / "web"
    names = {file.name for file in kept.rglob("*.js")}
    assert names == {file.name for file in (web_folder() / "assets").glob("*.js")}
    assert names


async def test_assets_stay_for_a_year(visitor: Browser) -> None:
    answer = await visitor.ask("GET", "/assets/index-abc123.js")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert (await visitor.ask("GET", "/assets/figtree-abc123.woff2")).headers[
        "Content-Type"
    ] == "font/woff2"
    assert (await visitor.ask("GET", "/mark.svg")).headers["Cache-Control"] == "no-cache"


async def test_text_is_compressed_for_those_who_can_read_it(visitor: Browser) -> None:
    visitor.http._auto_decompress = False
    path = "/assets/index-abc123.js"
    packed = await visitor.ask("GET", path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body).decode() == SCRIPT
    assert len(packed.body) < len(SCRIPT) / 5
    plain = await visitor.ask("GET", path, headers={"Accept-Encoding": "identity"})
    assert plain.body.decode() == SCRIPT


async def test_a_new_build_is_served_at_once(visitor: Browser, tmp_path: Path) -> None:
    files = WebFiles(tmp_path)
    page = tmp_path / "index.html"
    visitor.edge.app.router.default, before = files, visitor.edge.app.router.default
    try:
        for text in ("old", "newer"):
            page.write_text(text)
            assert (await visitor.ask("GET", "/")).body.decode() == text
    finally:
        visitor.edge.app.router.default = before


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-gone.js",
        "/.git/config",
        "/c/.env",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/",
    ],
)
async def test_what_is_not_there_is_404(visitor: Browser, path: str) -> None:
    answer = await visitor.ask("GET", path)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("path", ["/etc/passwd", "//etc/passwd", "/C:/Windows"])
async def test_nothing_outside_the_folder_is_served(visitor: Browser, path: str) -> None:
    assert (await visitor.ask("GET", path)).body.decode() == PAGE


async def test_a_page_takes_no_posts(visitor: Browser) -> None:
    for method in ("POST", "PUT", "DELETE", "TRACE"):
        assert (await visitor.ask(method, "/c/x")).code == "method_not_allowed"
    answer = await visitor.ask("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")


async def test_without_a_build_the_page_says_what_to_do(visitor: Browser, tmp_path: Path) -> None:
    visitor.edge.app.router.default, before = WebFiles(tmp_path), visitor.edge.app.router.default
    try:
        answer = await visitor.ask("GET", "/")
    finally:
        visitor.edge.app.router.default = before
    assert answer.status == 503
    assert "make setup" in answer.body.decode()


def test_every_type_that_the_build_makes_is_known() -> None:
    dist = Path(__file__).parents[2] / "web" / "dist"
    made = {file.suffix for file in dist.rglob("*") if file.is_file()}
    assert made <= TYPES.keys(), made - TYPES.keys()
