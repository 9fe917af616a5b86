"""The command as administrators use it: a process, its exit code and what it says (bad-input rows 56–58)."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from tests.test_config import ENOUGH

HERE = {"PATH": os.environ["PATH"]}


def run(
    *arguments: str, environ: dict[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """`forthwith …` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "forthwith", *arguments],
        env=HERE | environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def enough(folder: Path, **settings: str) -> dict[str, str]:
    """An environment that can be served, on a free port."""
    named = {f"FORTHWITH_{name.upper()}": text for name, text in settings.items()}
    place = {
        "FORTHWITH_DATA_DIR": str(folder),
        "FORTHWITH_PORT": "0",
        "FORTHWITH_GRAPH_URL": "http://127.0.0.1:9",
    }
    return ENOUGH | place | named


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and the address it has printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "forthwith", "serve"],
        env=HERE | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("forthwith listening on http://127.0.0.1:"), line
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.communicate()


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return int(answer.status)


def test_help_comes_at_once() -> None:
    times = []
    done = run("--help", environ={})
    for _ in range(5):
        began = time.perf_counter()
        done = run("--help", environ={})
        times.append(time.perf_counter() - began)
        assert done.returncode == 0
    for command in ("demo", "serve", "migrate", "user", "trace", "check-config"):
        assert command in done.stdout
    assert min(times) < 0.15, times


def test_row_56_all_faults_are_listed_within_a_second_and_the_code_is_78(tmp_path: Path) -> None:
    bad = enough(
        tmp_path, port="x", whatsapp_token="changeme", whatsapp_app_secret="", nonsense="canary"
    )
    for command in ("serve", "check-config"):
        began = time.perf_counter()
        done = run(command, environ=bad)
        assert time.perf_counter() - began < 1
        assert done.returncode == 78
        lines = done.stderr.splitlines()
        assert len(lines) == 5
        assert [line.split()[0] for line in sorted(lines[1:])] == [
            "FORTHWITH_NONSENSE",
            "FORTHWITH_PORT",
            "FORTHWITH_WHATSAPP_APP_SECRET",
            "FORTHWITH_WHATSAPP_TOKEN",
        ]
        assert "canary" not in done.stderr


def test_plain_http_on_all_addresses_is_refused(tmp_path: Path) -> None:
    done = run("serve", environ=enough(tmp_path, host="0.0.0.0"))
    assert done.returncode == 78
    assert "https" in done.stderr


def test_good_settings_are_said_to_be_good(tmp_path: Path) -> None:
    done = run("check-config", environ=enough(tmp_path, public_url="https://inbox.example"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "https://inbox.example" in done.stdout


def test_a_server_tells_its_port_and_stops_with_0(tmp_path: Path) -> None:
    with serving(enough(tmp_path)) as (process, url):
        assert status_of(f"{url}/readyz") == 200
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - began < 3, "nothing was under way"


@contextmanager
def half_a_request(url: str) -> Iterator[socket.socket]:
    """A sign-in whose body has only begun; REST_OF_IT is still to come."""
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as slow:
        head = f"POST /api/session HTTP/1.1\r\nHost: x\r\nOrigin: {url}\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: {1 + len(REST_OF_IT)}\r\n\r\n{{".encode())
        assert status_of(f"{url}/healthz") == 200, "the slow one has come before"
        yield slow


REST_OF_IT = b'"email":"a@b","password":"c"}'


def test_a_stop_waits_for_what_is_under_way(tmp_path: Path) -> None:
    with serving(enough(tmp_path)) as (process, url), half_a_request(url) as slow:
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.7)
        slow.sendall(REST_OF_IT)
        assert slow.recv(4096).startswith(b"HTTP/1.1 401 ")
        assert process.wait(5) == 0


def test_a_stop_waits_no_longer_than_10_seconds(tmp_path: Path) -> None:
    with serving(enough(tmp_path)) as (process, url), half_a_request(url):
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert 4 < time.monotonic() - began < 10


def test_a_second_signal_waits_for_nothing(tmp_path: Path) -> None:
    with serving(enough(tmp_path)) as (process, url), half_a_request(url):
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(1) == 1


def test_row_57_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", environ=enough(tmp_path, port=str(port)))
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr


@pytest.mark.parametrize(
    "command", [("serve",), ("migrate",), ("user", "add", "a@b", "--name", "A", "--password-stdin")]
)
def test_row_57_a_data_folder_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")  # as root, permissions would not stop us
    done = run(*command, environ=enough(file / "data"), stdin="a long password\n")
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.count("\n") == 1
    assert "FORTHWITH_DATA_DIR" in done.stderr


def test_row_57_a_store_of_a_newer_version_is_one_sentence(tmp_path: Path) -> None:
    assert run("migrate", environ=enough(tmp_path)).returncode == 0
    connection = apsw.Connection(str(tmp_path / "forthwith.db"))
    connection.execute("INSERT INTO migrations (number) VALUES (9999)")
    connection.close()
    for command in ("serve", "migrate"):
        done = run(command, environ=enough(tmp_path))
        assert (done.returncode, done.stdout) == (69, "")
        assert done.stderr.count("\n") == 1
        assert "newer" in done.stderr


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "forthwith.db").write_bytes(b"this is no database, but a text" * 1000)
    done = run("serve", environ=enough(tmp_path))
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.count("\n") == 1


def test_an_unreachable_postgres_is_one_sentence_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://forthwith:canary@127.0.0.1:9/none"
    done = run("serve", environ=enough(tmp_path, database_url=url))
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.count("\n") == 1
    assert "canary" not in done.stderr


def test_an_agent_is_added_once(tmp_path: Path) -> None:
    command = ("user", "add", " Ana@Shop.Example", "--name", "Ana", "--password-stdin")
    done = run(*command, environ={"FORTHWITH_DATA_DIR": str(tmp_path)}, stdin="a long password\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ana@shop.example" in done.stdout
    again = run(*command, environ={"FORTHWITH_DATA_DIR": str(tmp_path)}, stdin="another password\n")
    assert (again.returncode, again.stdout) == (1, "")
    assert "already" in again.stderr


@pytest.mark.parametrize(
    ("email", "name", "password", "word"),
    [
        ("ana", "Ana", "a long password", "email"),
        ("a@b c", "Ana", "a long password", "email"),
        ("ana@shop.example", " ", "a long password", "name"),
        ("ana@shop.example", "Ana", "pw-7777", "8 characters"),
        ("ana@shop.example", "Ana", "", "8 characters"),
        ("ana@shop.example", "Ana", "Password123", "attackers"),
    ],
)
def test_an_agent_that_cannot_be_is_one_sentence(
    tmp_path: Path, email: str, name: str, password: str, word: str
) -> None:
    done = run(
        *("user", "add", email, "--name", name, "--password-stdin"),
        environ={"FORTHWITH_DATA_DIR": str(tmp_path)},
        stdin=f"{password}\n",
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert word in done.stderr
    assert not password or password not in done.stderr


def test_row_58_a_second_server_on_the_same_folder_waits_for_the_first(tmp_path: Path) -> None:
    """An overlapping restart: the new one serves as soon as the old one has let go."""
    with serving(enough(tmp_path)) as (first, _):
        second = subprocess.Popen(
            [sys.executable, "-m", "forthwith", "serve"],
            env=HERE | enough(tmp_path),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert second.stdout is not None
            assert select.select([second.stdout], [], [], 2) == ([], [], []), "it waits"
            first.terminate()
            line = second.stdout.readline()
            assert first.wait(15) == 0
            assert status_of(f"{line.split()[-1]}/readyz") == 200
        finally:
            second.kill()
            second.communicate()


@pytest.mark.postgres
def test_on_postgresql_several_servers_share_a_store(tmp_path: Path, postgres_url: str) -> None:
    """One data folder and one database; an agent added by the command can sign in to either."""
    environ = enough(tmp_path, database_url=postgres_url)
    command = ("user", "add", "ana@shop.example", "--name", "Ana", "--password-stdin")
    assert run(*command, environ=environ, stdin="a long password\n").returncode == 0
    with serving(environ) as (_, first), serving(environ) as (_, second):
        for url in (first, second):
            assert status_of(f"{url}/readyz") == 200
            request = urllib.request.Request(
                f"{url}/api/session",
                b'{"email":"ana@shop.example","password":"a long password"}',
                {"Origin": url, "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=5) as answer:
                assert answer.status == 200
