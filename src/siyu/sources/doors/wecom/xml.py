"""The small XML of WeCom: one element of fields, some of which are lists of items. No document type, no entities.

A document type is refused where it begins, so that nothing declared in it is ever expanded or fetched.
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from siyu.sources.doors.message import Unreadable

Fields = dict[str, str | list[str]]
#: Elements inside each other: the document, a field, an item.
DEEPEST = 3
#: Elements of one document: a group has at most 500 people.
ELEMENTS_MOST = 5_000


def fields_of(document: bytes) -> Fields:
    """The fields of a document. Raises Unreadable.

    >>> fields_of(b"<xml><Event><![CDATA[change]]></Event><List><Item>a</Item><Item>b</Item></List></xml>")
    {'Event': 'change', 'List': ['a', 'b']}
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refused
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError, LookupError):  # not well-formed, or of an unknown encoding
        raise Unreadable("a body that is no XML") from None
    return reader.fields


def _refused(*_: object) -> NoReturn:
    raise Unreadable("XML with a document type")


class _Reader:
    """Gathers the fields as the parser meets them."""

    def __init__(self) -> None:
        self.fields: Fields = {}
        self._open: list[str] = []
        self._words: list[str] = []
        self._items: list[str] = []
        self._count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._open.append(name)
        self._words = []
        self._count += 1
        if len(self._open) > DEEPEST or self._count > ELEMENTS_MOST:
            raise Unreadable("XML that is no message: too deep, or too long")

    def text(self, words: str) -> None:
        self._words.append(words)

    def end(self, name: str) -> None:
        depth, text = len(self._open), "".join(self._words).strip()
        self._open.pop()
        if depth == DEEPEST:
            self._items.append(text)
        elif depth == DEEPEST - 1:
            self.fields[name] = self._items or text
            self._items = []
        self._words = []
