"""Meta's OpenAPI file as a judge. It is not ours to keep: whoever checks supplies it in META_OPENAPI."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

VARIABLE = "META_OPENAPI"


class Schema:
    """The schemas of one operation, as Draft 2020-12, which OpenAPI 3.1 is."""

    def __init__(self, document: dict[str, Any], method: str, path: str) -> None:
        self._document = document
        operation = self._operation(method, path)
        self.request = self._validator(operation["requestBody"])
        self.response = self._validator(operation["responses"]["200"])

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        """The operation whose path is ``path`` after the version, whatever its variables are called."""
        for name, operations in self._document["paths"].items():
            bare = re.sub(r"\{[^}]+\}", "{}", name)
            if re.sub(r"^/(\{\}|v[\d.]+)(?=/\{\})", "", bare) == path and method in operations:
                operation: dict[str, Any] = operations[method]
                return operation
        raise LookupError(f"{VARIABLE} has no {method} {path}")

    def _validator(self, holder: dict[str, Any]) -> Draft202012Validator:
        while "$ref" in holder:
            at: Any = self._document
            for part in holder["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            holder = at
        schema = holder["content"]["application/json"]["schema"]
        # References are from the root of the document.
        return Draft202012Validator({"components": self._document["components"], **schema})


def faults(validator: Draft202012Validator, body: Any) -> list[str]:
    """What is wrong with ``body``, each with its place; the nearest miss of alternatives."""
    found = []
    for error in validator.iter_errors(body):
        nearest = min(error.context, key=lambda one: -len(one.absolute_path), default=error)
        place = "/".join(map(str, nearest.absolute_path))
        found.append(f"{place}: {nearest.message[:200]}")
    return found


@cache
def supplied() -> Schema | None:
    """The schema of sends in the file that the environment names; None when it names none."""
    path = os.environ.get(VARIABLE)
    if not path:
        return None
    document = yaml.load(Path(path).read_text(), Loader=yaml.CSafeLoader)  # a safe loader, in C
    return Schema(document, "post", "/{}/messages")
