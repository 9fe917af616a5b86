"""Build hook: ships the built front end inside the wheel, so that users of the wheel need no Node,
and a copy of the emulator, so that `forthwith demo` needs no second package.

An editable install serves `web/dist` of the checkout and is left alone.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAssets(BuildHookInterface[Any]):
    """Adds `web/dist` to the wheel as `forthwith/web`, and the emulator where nobody imports it by
    chance: the distribution `whatsapp-emulator` owns the name `whatsapp_emulator`.

    Raises:
        FileNotFoundError: the front end has not been built; a wheel without it would start and
            show nobody anything.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        built = Path(self.root, "web", "dist")
        if not (built / "index.html").is_file():
            raise FileNotFoundError(
                f"{built}/index.html is missing. Run `make setup` to build the front end first."
            )
        build_data["force_include"][str(built)] = "forthwith/web"
        emulator = str(Path(self.root, "whatsapp_emulator"))
        build_data["force_include"][emulator] = "forthwith/demo/emulator/whatsapp_emulator"
