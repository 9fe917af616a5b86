"""Each rule of the front end is seen to fail on a violation planted in a small tree.

The tree is linted and type-checked with the configuration of the checkout itself.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
BIN = WEB / "node_modules" / ".bin"
CONFIGURATION = (
    ".oxlintrc.json",
    "lint",
    "package.json",
    "tsconfig.json",
    "tsconfig.test.json",
    "vite.config.ts",
)

TREE = {
    "main.tsx": "import './debug/console';\nimport { App } from './App';\nvoid App;\n",
    "App.tsx": "export { View as App } from './conversation/View';\n",
    "protocol/shapes.ts": "export interface Row {\n  _id: string;\n}\n",
    "domain/timeline.ts": "export type { Row } from '../protocol/shapes';\n",
    "api/sendMessage.ts": (
        "export const sendMessage = (id: string) =>\n"
        "  fetch('/api', { headers: { 'Idempotency-Key': id } });\n"
    ),
    "api/session.ts": "export const who = 'ana';\n",
    "cache/applyRow.ts": (
        "import type { QueryClient } from '@tanstack/react-query';\n\n"
        "import type { Row } from '../domain/timeline';\n\n"
        "export const applyRow = (cache: QueryClient, row: Row) =>\n"
        "  cache.setQueryData(['rows'], row);\n"
    ),
    "outbox/useSendMessage.ts": "export { sendMessage } from '../api/sendMessage';\n",
    "realtime/websocket.ts": "export { applyRow } from '../cache/applyRow';\n",
    "ui/Button.tsx": "export const Button = () => <b />;\n",
    "conversation/View.tsx": (
        "import { sendMessage } from '../outbox/useSendMessage';\n"
        "import { Button } from '../ui/Button';\n\n"
        "export const View = () => <Button key={String(sendMessage)} />;\n"
    ),
    "inbox/List.tsx": "export const List = () => null;\n",
    "session/SignIn.tsx": "export { who } from '../api/session';\n",
    "debug/console.ts": "export { sendMessage } from '../outbox/useSendMessage';\n",
}

AGAINST_THE_LAYERS = "Import against the layers"
PLANTS = {
    "the protocol imports the domain": (
        "protocol/x.ts",
        "export type { Row } from '../domain/timeline';",
        AGAINST_THE_LAYERS,
    ),
    "the domain imports the api": (
        "domain/x.ts",
        "export { who } from '../api/session';",
        AGAINST_THE_LAYERS,
    ),
    "the api imports the cache": (
        "api/x.ts",
        "export { applyRow } from '../cache/applyRow';",
        AGAINST_THE_LAYERS,
    ),
    "the cache imports the outbox": (
        "cache/x.ts",
        "import '../outbox/useSendMessage';",
        AGAINST_THE_LAYERS,
    ),
    "the outbox imports realtime": (
        "outbox/x.ts",
        "import '../realtime/websocket';",
        AGAINST_THE_LAYERS,
    ),
    "the outbox imports a conversation when it is needed": (
        "outbox/x.ts",
        "export const later = () => import('../conversation/View');",
        AGAINST_THE_LAYERS,
    ),
    "a conversation imports the inbox": (
        "conversation/x.ts",
        "import '../inbox/List';",
        AGAINST_THE_LAYERS,
    ),
    "a folder inside a layer is no way round": (
        "conversation/parts/x.ts",
        "import '../../inbox/List';",
        AGAINST_THE_LAYERS,
    ),
    "a conversation imports the application": (
        "conversation/x.ts",
        "export { App } from '../App';",
        AGAINST_THE_LAYERS,
    ),
    "a conversation imports debug": (
        "conversation/x.ts",
        "import '../debug/console';",
        AGAINST_THE_LAYERS,
    ),
    "ui imports something of ours": (
        "ui/x.ts",
        "export type { Row } from '../protocol/shapes';",
        AGAINST_THE_LAYERS,
    ),
    "the outbox draws": ("outbox/x.ts", "import '../ui/Button';", AGAINST_THE_LAYERS),
    "a new folder has no place": ("helpers/x.ts", "import '../api/session';", AGAINST_THE_LAYERS),
    "a view sends past the outbox": (
        "conversation/x.ts",
        "export { sendMessage } from '../api/sendMessage';",
        "Only outbox sends messages",
    ),
    "a view posts by hand": (
        "inbox/x.ts",
        "export const post = (id: string) => fetch('/', { headers: { 'idempotency-key': id } });",
        "Only outbox sends messages",
    ),
    "the socket writes rows itself": (
        "realtime/x.ts",
        "export const put = (cache: { setQueryData(): void }) => cache.setQueryData();",
        "Rows enter the query cache",
    ),
    "rows come from an infinite query": (
        "cache/x.ts",
        "export { useInfiniteQuery } from '@tanstack/react-query';",
        "useInfiniteQuery",
    ),
    "a promise is dropped": (
        "cache/x.ts",
        "import { sendMessage } from '../outbox/useSendMessage';\nsendMessage('1');",
        "no-floating-promises",
    ),
    "a value is any": ("domain/x.ts", "export const x = (y: any) => String(y);", "no-explicit-any"),
    "any comes in by the back door": (
        "domain/x.ts",
        "export const x: string = JSON.parse('1');",
        "no-unsafe-assignment",
    ),
    "a type error is silenced": (
        "domain/x.ts",
        "// @ts-ignore\nexport const x: string = 1;",
        "ban-ts-comment",
    ),
    "something is printed": (
        "domain/x.ts",
        "export const x = () => console.log('text');",
        "no-console",
    ),
}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not BIN.exists():
        pytest.fail("The web packages are not installed; run `make setup`.")
    folder = tmp_path_factory.mktemp("web")
    for name in CONFIGURATION:
        copy = shutil.copytree if (WEB / name).is_dir() else shutil.copy
        copy(WEB / name, folder / name)
    (folder / "node_modules").symlink_to(WEB / "node_modules")
    for name, content in TREE.items():
        write(folder / "src" / name, content)
    return folder


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def lint(web: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [
        BIN / "oxlint",
        "--type-aware",
        "--deny-warnings",
        "--format=unix",
        "src",
    ]
    return subprocess.run(command, cwd=web, capture_output=True, text=True)


def test_the_tree_without_a_plant_is_clean(web: Path) -> None:
    result = lint(web)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_violation_is_found(web: Path, plant: str) -> None:
    name, content, says = PLANTS[plant]
    file = web / "src" / name
    write(file, content + "\n")
    try:
        result = lint(web)
    finally:
        file.unlink()
    found = [line for line in result.stdout.splitlines() if line.startswith(f"src/{name}:")]
    assert result.returncode != 0
    assert any(says in line for line in found), result.stdout


def test_a_test_may_prepare_the_cache(web: Path) -> None:
    file = web / "src/cache/rows.test.ts"
    write(file, TREE["cache/applyRow.ts"])
    try:
        result = lint(web)
    finally:
        file.unlink()
    assert result.returncode == 0, result.stdout


def test_type_errors_are_found(web: Path) -> None:
    file = web / "src/domain/x.ts"
    write(file, "export const x: string[] = [];\nexport const y: string = x[0];\n")
    command: list[str | Path] = [BIN / "tsc", "--noEmit"]
    try:
        planted = subprocess.run(command, cwd=web, capture_output=True, text=True)
    finally:
        file.unlink()
    assert "TS2322" in planted.stdout
    without = subprocess.run(command, cwd=web, capture_output=True, text=True)
    assert without.returncode == 0, without.stdout
