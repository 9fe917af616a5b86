"""Files as an agent chooses them, and the ways in which they come to the composer."""

import io
from typing import Any

from PIL import Image, ImageDraw

from tests.e2e.conftest import Inbox

INPUT = "[data-composer] input[type=file]"
UPLOADS = "**/api/media"

DROP = """async ([name, type, bytes, how]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, {type}));
  if (how === 'paste') {
    document.activeElement.dispatchEvent(
      new ClipboardEvent('paste', {clipboardData: transfer, bubbles: true, cancelable: true}));
    return;
  }
  const target = document.querySelector('[aria-label=Messages]');
  for (const kind of ['dragover', 'drop']) target.dispatchEvent(
    new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def photo(size: tuple[int, int] = (800, 500), name: str = "hub.jpg", kind: str = "JPEG") -> Any:
    """A picture with something to see in it, as Playwright hands files over."""
    image = Image.new("RGB", size, "#b9ad9f")
    drawing = ImageDraw.Draw(image)
    width, height = size
    for step in range(0, width, 40):
        drawing.line((width / 2, height / 2, step, 0), "#4a4038", 3)
        drawing.line((width / 2, height / 2, step, height), "#4a4038", 3)
    drawing.ellipse((width / 2 - 60, height / 2 - 60, width / 2 + 60, height / 2 + 60), "#2b2622")
    file = io.BytesIO()
    image.save(file, kind)
    return {"name": name, "mimeType": f"image/{kind.lower()}", "buffer": file.getvalue()}


def document(name: str = "warranty-card.pdf", size: int = 2_000) -> Any:
    """A PDF by its first bytes."""
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * size}


async def choose(inbox: Inbox, *files: Any, ready: int | None = None) -> None:
    """Through the file picker; returns when they can be sent."""
    await inbox.page.set_input_files(INPUT, list(files))
    await until_ready(inbox, len(files) if ready is None else ready)


async def until_ready(inbox: Inbox, count: int) -> None:
    """Wait until so many files stand ready above the composer."""
    await inbox.until(
        "count => document.querySelectorAll('[data-chosen=ready]').length === count", count
    )


async def bring(inbox: Inbox, file: Any, how: str) -> None:
    """By `drop` onto the messages or by `paste`."""
    await inbox.page.focus("[data-composer] textarea")
    content = list(file["buffer"])
    await inbox.page.evaluate(DROP, [file["name"], file["mimeType"], content, how])
