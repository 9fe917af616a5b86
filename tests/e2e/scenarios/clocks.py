"""Wrong clocks: the browser's, moved by a script before all others, and the server's, by Python's own hook."""

from pathlib import Path

from tests.rig import Product

BROWSER = """(() => {
  const Right = Date;
  let wrongBy = %d;
  window.setClockForward = milliseconds => (wrongBy += milliseconds);
  window.Date = class extends Right {
    constructor(...parts) { super(...(parts.length ? parts : [Right.now() + wrongBy])); }
    static now() { return Right.now() + wrongBy; }
  };
})()"""

SERVER = """import time
time_ns = time.time_ns
time.time_ns = lambda: time_ns() - {seconds} * 10**9
time.time = lambda: time.time_ns() / 10**9
"""


def step_server_back(product: Product, seconds: int) -> None:
    """From its next start on."""
    folder = Path(product.folder, "clock")
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SERVER.format(seconds=seconds))
    product.environment["PYTHONPATH"] = str(folder)
