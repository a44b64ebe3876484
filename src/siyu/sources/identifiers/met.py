"""Texts of identifiers that a file has shown so far, each with its id; handed on to the file behind it."""

from __future__ import annotations

from siyu.sources.identifiers.seentexts import SeenTexts

#: Texts kept at most of one file: some 50 bytes each.
MOST = 3_000_000


class Met:
    """What was met, by namespace. before: what the file before meets. Once that file is prepared whole, all of it
    counts as met here too: its identifiers are kept before those of this one, or neither's are.
    """

    def __init__(self, before: Met | None = None) -> None:
        self.whole = False  # whether the file is prepared to its end: nobody asks any more
        self._before = before
        self._texts: dict[str, SeenTexts] = {}

    def of(self, namespace: str) -> SeenTexts:
        """The texts of a namespace, to be asked and added to."""
        self._take_over()
        if self._count() > MOST:
            self._texts = {}
        return self._texts.setdefault(namespace, SeenTexts())

    def _take_over(self) -> None:
        """What a file before has met, if it is more; the little that was met here until now is met once more. A file
        that asked for nobody hands on what stood before it.
        """
        while (before := self._before) and before.whole:
            if self._count() < before._count() <= MOST:
                self._texts = before._texts
            self._before = before._before

    def _count(self) -> int:
        return sum(map(len, self._texts.values()))
