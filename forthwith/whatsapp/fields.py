"""Reading JSON that may have any form: everything is optional, nothing raises."""

from typing import Any


def get(value: Any, key: str) -> Any:
    """The value under a key, or None where there is no such thing."""
    return value.get(key) if isinstance(value, dict) else None


def items(value: Any) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def texts(value: Any, *keys: str) -> list[str]:
    """Those of these keys that hold a text with something in it."""
    found = (get(value, key) for key in keys)
    return [text for text in found if isinstance(text, str) and text]


def clean(value: Any) -> str:
    """As text. U+0000 and lone surrogates can be stored by neither engine."""
    text = str(value) if value is not None else ""
    return (
        text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
