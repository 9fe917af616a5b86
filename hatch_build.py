"""Build hook: ships the built front end inside the wheel, so that users of the wheel need no Node.

An editable install serves `web/dist` of the checkout and is left alone.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAssets(BuildHookInterface[Any]):
    """Adds `web/dist` to the wheel as `forthwith/web`.

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
