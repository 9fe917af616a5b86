"""What a search has to say, in lines."""

from collections.abc import Sequence

from tests.model.search import Found


def lines_of(found: Found) -> list[str]:
    """One line for the world; if a promise was broken, its word and the shortest way there."""
    lines = [f"  {found.states:>9,} states  {found.setting.name}"]
    if found.violation:
        lines += [f"    {found.violation}:", *(f"      {step}" for step in found.trace)]
    return lines


def summary_of(found: Sequence[Found], seconds: float) -> str:
    """The line that is quoted."""
    states = sum(each.states for each in found)
    transitions = sum(each.transitions for each in found)
    violations = sum(each.violation is not None for each in found)
    verdict = "some state cannot finish" if violations else "every state can finish"
    return (
        f"model: {states:,} states, {transitions:,} transitions, {violations} violations, "
        f"{verdict}, {seconds:.1f} s"
    )
