"""JSON of facts keeps nothing that stands under the name of a person, ids of records no phone and no e-mail address.

Not part of the hashes: what a row states stays what it is, so that its file, loaded again, finds it.
"""

from __future__ import annotations

import pyarrow as pa

from siyu.core.identifiers import Keys
from siyu.core.kinds import Kind
from siyu.core.personal import maybe_people, without_people
from siyu.sources.mappings.transform import cleaned_column


def discreet(kind: Kind, facts: pa.Table, keys: Keys, names: set[str]) -> pa.Table:
    """Facts as they may be kept; `names` is told under which names something was left out."""
    for field in kind.fields:
        if field.type == "json":
            clean = without_people(field.column, names)
            facts, _ = cleaned_column(facts, field.column, clean, maybe_people(field.column))
        elif field.marked:
            facts, _ = cleaned_column(facts, field.column, keys.veiled)
    return facts
