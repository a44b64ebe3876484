"""Which encoding a text file is in, decided by decoding all of it strictly, block by block."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from siyu.core.errors import SourceError
from siyu.sources.readers.place import Place

BLOCK_BYTES = 1 << 20
#: In this order: GB18030 reads almost any bytes, so it comes last. It holds all of GBK and GB2312.
ENCODINGS = ("utf-8-sig", "gb18030")
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class TextFile:
    """What one pass over a text file tells: its encoding, and how many quotes it holds."""

    encoding: str
    quotes: int


def inspect(place: Place, given: str | None = None) -> TextFile:
    """Decode the whole file and say how. `given` is tried alone. Raises SourceError when nothing fits."""
    if given:
        candidates: tuple[str, ...] = (_known(place, given),)
    else:
        with place.open() as file:
            start = file.read(2)
        candidates = ("utf-16",) if start in UTF16_MARKS else ENCODINGS
    failures = []
    for encoding in candidates:
        try:
            return TextFile(encoding, _decode_all(place, encoding))
        except UnicodeDecodeError as error:
            failures.append((encoding, error.reason))
    tried = ", ".join(encoding.removesuffix("-sig").upper() for encoding, _ in failures)
    raise SourceError(f"{place.name}: expected text, found bytes that are not {tried}.",
                      remedy="Save the file as UTF-8 (\"CSV UTF-8\" in Excel), or export it again.")


def _known(place: Place, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise SourceError(f"{place.name}: unknown encoding '{encoding}'.",
                          remedy="Use utf-8, gb18030 or another name Python knows.") from None
    return "utf-8-sig" if name == "utf-8" else name


def _decode_all(place: Place, encoding: str) -> int:
    """Quotes in the file; raises UnicodeDecodeError at the first byte that does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    quotes = 0
    with place.open() as file:
        while block := file.read(BLOCK_BYTES):
            decoder.decode(block)
            quotes += block.count(b'"')
    decoder.decode(b"", final=True)
    return quotes
