"""The marks of a platform's export, as its sample has them, in words: packing, encoding, header, cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .samples import Cell, Sample

FORMS = {".csv": "CSV", ".xlsx": "XLSX", ".xls": "web page named XLS", ".zip": "CSV in a ZIP archive"}
ENCODINGS = {"gb18030": "GB18030", "utf-8-sig": "UTF-8 with a BOM", "utf-8": "UTF-8"}
#: What cells are marked with, and how to tell.
CELLS: tuple[tuple[str, Callable[[Cell], bool]], ...] = (
    ("a TAB before or after", lambda c: "\t" in c.before + c.after + c.text),
    ('`="..."` around', lambda c: c.before == '="'),
    ("an apostrophe before", lambda c: (c.before or c.text).startswith("'")),
    ("masked", lambda c: bool(c.masked)),
    ("ciphertext in", lambda c: bool(c.cipher)),
    ("commas between thousands in", lambda c: c.thousands),
    ("a remark after", lambda c: len(c.after) > 1 and c.before != '="'),
    ("states in the platform's words in", lambda c: any(not word.isascii() for word in c.words.values())),
)


def form(sample: Sample) -> str:
    """How the file is packed and written."""
    packed = FORMS[sample.file[sample.file.rindex(".") :]]
    return packed if packed == "XLSX" else f"{packed}, {ENCODINGS[sample.encoding]}"


def marks(sample: Sample) -> list[str]:
    """What its header and cells bear beside their meaning."""
    return [*_of_header(sample), *_of_rows(sample), *_of_cells(sample)]


def _of_header(sample: Sample) -> Iterator[str]:
    names = sample.names
    if sample.title:
        yield "a title row above the header"
    if any(name != name.strip() for name in names):
        yield "header names that end in a space"
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield f"{name} stands twice"
    if not names[-1]:
        yield "an empty last column"


def _of_rows(sample: Sample) -> Iterator[str]:
    if sample.rows == "lines":
        yield "one row per line of goods"
    if sample.continued:
        yield "what belongs to the order stands on its first row only"
    if sample.joined:
        yield f"lines of goods joined in one row by `{sample.joined.by}`"


def _of_cells(sample: Sample) -> Iterator[str]:
    for mark, bears in CELLS:
        marked = [name.strip().removesuffix("#2") for name, cell in sample.cells.items() if bears(cell)]
        if marked:
            yield f"{mark} {', '.join(marked)}"
