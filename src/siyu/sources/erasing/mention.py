"""Whether a text names an erased identifier, for texts that are no cells: rows nobody could read, files laid down.

Every word is keyed in every namespace it might belong to; so nothing plain has to be known of the erased.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from siyu.core.identifiers import PHONE_NAMESPACES, Keys, id_of, identifier_id, normalise, scrub
from siyu.core.settings import Settings
from siyu.sources.mappings.mapping import Mapping, is_identifier, namespace_of
from siyu.store.tombstones import Tombstones

#: Digits that any phone has.
PHONE_DIGITS = 5
#: What parts the words of a text, and what may part them more finely (`phone=138...&email=...`).
BETWEEN, FINER = re.compile(r"""[\s,;|"'{}\[\]()<>，；、：]+"""), re.compile(r"""[\s,;|"'{}\[\]()<>，；、：:=&?/]+""")


@dataclass(frozen=True)
class Mentions:
    """Looks for erased identifiers of some namespaces in texts."""

    keys: Keys
    region: str
    namespaces: tuple[str, ...]
    tombstones: Tombstones

    @staticmethod
    def of(keys: Keys, settings: Settings, tombstones: Tombstones, mapping: Mapping | None = None) -> Mentions:
        """In the namespaces that settings and a mapping name."""
        named = {*settings["identity.namespaces"], *settings["identity.not_identifying"], *PHONE_NAMESPACES}
        for rows in mapping.rows if mapping else ():
            named |= {namespace_of(c.name) for c in rows.columns if is_identifier(rows.kind, c.name)}
        return Mentions(keys, settings["brand.phone_region"], tuple(sorted(named)), tombstones)

    def among(self, *texts: str) -> set[int]:
        """The erased identifiers that texts name, by value or by number."""
        if not self.tombstones:
            return set()
        ids = [identifier for word in _words(texts) for identifier in self._ids(word)]
        return set(np.intersect1d(np.array(ids, np.int64), self.tombstones.ids).tolist())

    def without(self, cells: dict[str, str], *, own: bool) -> dict[str, str]:
        """Cells that show no phone and no e-mail address of the erased; of a row that is their own, none that names
        them in any way.
        """
        return {name: self._hidden(cell, own) for name, cell in cells.items()} if self.tombstones else cells

    def _hidden(self, cell: str, own: bool) -> str:
        left = scrub(cell)
        if (left == cell and not own) or not self.among(cell):  # most cells hold nothing: to key their words takes long
            return cell
        return "***" if own and self.among(left) else left

    def _ids(self, word: str) -> Iterable[int]:
        """The ids that a word may stand for."""
        if (number := id_of(word)) is not None:
            yield number
        few = sum(map(str.isdigit, word)) < PHONE_DIGITS
        for namespace in self.namespaces:
            if few and namespace in PHONE_NAMESPACES:
                continue
            if value := normalise(namespace, word, self.region):
                yield identifier_id(self.keys.key(namespace, value))


def _words(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        found.update((text, *BETWEEN.split(text), *FINER.split(text)))
    return found - {""}
