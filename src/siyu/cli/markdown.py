"""Pages and tables of the reference, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable

WRITTEN = "This page is written from the code by `make docs`; change the code, not the page."


def page(title: str, *parts: str) -> str:
    """A page of parts, with a line that says where it comes from."""
    return "\n\n".join([f"# {title}", *parts, f"<!-- {WRITTEN} -->"]) + "\n"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; cells may hold marks and lines of their own."""
    names = list(header)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
