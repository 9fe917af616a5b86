"""Each rule of the front end is seen to fail on a violation planted in a small tree.

The tree is linted and type-checked with the configuration of the checkout itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
BIN = WEB / "node_modules" / ".bin"
# The environment's own Node: the one on PATH may be too old, or missing.
ENVIRONMENT = {**os.environ, "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"}
CONFIGURATION = (
    ".oxlintrc.json",
    "lint",
    "package.json",
    "tsconfig.json",
    "tsconfig.app.json",
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
    "recorder/FlightRecorder.tsx": "export const FlightRecorder = () => null;\n",
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
    "a conversation imports the recorder, even lazily": (
        "conversation/x.ts",
        "export const load = () => import('../recorder/FlightRecorder');",
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


def make_tree(folder: Path) -> None:
    if not BIN.exists():
        pytest.fail("The web packages are not installed; run `make setup`.")
    for name in CONFIGURATION:
        copy = shutil.copytree if (WEB / name).is_dir() else shutil.copy
        copy(WEB / name, folder / name)
    (folder / "node_modules").symlink_to(WEB / "node_modules")
    for name, content in TREE.items():
        write(folder / "src" / name, content)


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def run(tool: str, *arguments: str, web: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [BIN / tool, *arguments]
    return subprocess.run(command, cwd=web, env=ENVIRONMENT, capture_output=True, text=True)


def lint(web: Path) -> subprocess.CompletedProcess[str]:
    return run("oxlint", "--type-aware", "--deny-warnings", "--format=unix", "src", web=web)


def place_of(plant: str) -> str:
    """Where a plant goes: its own name in the folder it is meant for."""
    name = Path(PLANTS[plant][0])
    return str(name.with_stem(f"plant{list(PLANTS).index(plant)}"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the linter says of the tree with every violation planted at once."""
    web = tmp_path_factory.mktemp("web")
    make_tree(web)
    for plant, (_, content, _) in PLANTS.items():
        write(web / "src" / place_of(plant), content + "\n")
    result = lint(web)
    assert result.returncode == 1, result.stdout
    return result.stdout.splitlines()


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_violation_is_found(found: list[str], plant: str) -> None:
    lines = [line for line in found if line.startswith(f"src/{place_of(plant)}:")]
    assert any(PLANTS[plant][2] in line for line in lines), "\n".join(found)


def test_a_tree_without_a_plant_is_clean_and_a_test_may_prepare_the_cache(tmp_path: Path) -> None:
    make_tree(tmp_path)
    write(tmp_path / "src/cache/rows.test.ts", TREE["cache/applyRow.ts"])
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("export const x: string[] = [];\nexport const y: string = x[0];\n", "TS2322"),
        ("export const home = process.env.HOME;\n", "TS2591"),
    ],
    ids=["an index may miss", "the product has no Node"],
)
def test_type_errors_are_found(content: str, says: str, tmp_path: Path) -> None:
    make_tree(tmp_path)
    planted = tmp_path / "src/domain/x.ts"
    write(planted, content)
    assert says in run("tsc", "--noEmit", "-p", "tsconfig.app.json", web=tmp_path).stdout
    planted.unlink()
    clean = run("tsc", "--noEmit", "-p", "tsconfig.app.json", web=tmp_path)
    assert clean.returncode == 0, clean.stdout
