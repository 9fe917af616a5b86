"""IN lists, which no engine takes as one parameter in the same way."""


def names(values: list[str]) -> str:
    """`:v0, :v1, …` for an IN list, for an IN list."""
    return ", ".join(f":v{number}" for number in range(len(values))) or "NULL"


def numbered(values: list[str]) -> dict[str, str]:
    """The parameters of `names`."""
    return {f"v{number}": value for number, value in enumerate(values)}
