"""What is shipped for whoever runs a server: it names what exists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from forthwith.metrics import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = (DEPLOY / "prometheus-rules.yml").read_text()
OPERATION = (DEPLOY.parent / "docs/operation.md").read_text()
NAME = r"\bforthwith_[a-z0-9_]+"


def published() -> set[str]:
    """Every series a server offers."""
    names = set(re.findall(r"^# TYPE (\S+) ", Metrics().render(), re.MULTILINE))
    histograms = re.findall(r"^# TYPE (\S+) histogram$", Metrics().render(), re.MULTILINE)
    return names | {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}


def test_every_metric_an_alert_reads_exists() -> None:
    expressions = re.findall(
        r"expr: (?:>-\n)?((?:(?!\n      [a-z]|\n        [a-z]+:).)*)", RULES, re.DOTALL
    )
    read = set(re.findall(NAME, " ".join(expressions)))
    assert len(read) >= 5, "the pattern above finds the expressions"
    assert read <= published(), read - published()


def test_the_alerts_that_are_promised_are_shipped_and_explained() -> None:
    alerts = re.findall(r"- alert: (\w+)", RULES)
    assert {"OutboxStuck", "Unconfirmed", "WebhookSilence", "WebhookSignatures"} <= {
        alert.removeprefix("Forthwith") for alert in alerts
    }
    assert [alert for alert in alerts if alert not in OPERATION] == []
    for part in (
        "forthwith_outbox_oldest_seconds > 60",
        "forthwith_unconfirmed > 0\n        for: 10m",
    ):
        assert part in RULES


def test_every_metric_is_explained() -> None:
    names = set(re.findall(r"^# TYPE (\S+) ", Metrics().render(), re.MULTILINE))
    assert [name for name in sorted(names) if f"`{name}" not in OPERATION] == []
    assert set(re.findall(NAME, OPERATION)) <= published()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_the_units_are_good_systemd(tmp_path: Path) -> None:
    """Checked where the command they start exists: a copy with our own interpreter's path."""
    units = sorted(DEPLOY.glob("forthwith.*"))
    assert [unit.suffix for unit in units] == [".service", ".socket"]
    for unit in units:
        text = re.sub(r"ExecStart=\S+", f"ExecStart={shutil.which('true')}", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / unit.name for unit in units)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = [line for line in done.stderr.splitlines() if "forthwith" in line]
    assert (done.returncode, said) == (0, [])
