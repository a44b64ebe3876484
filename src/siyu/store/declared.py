"""Facts of declared consents, made from their rows in operations: when they are declared, and again at a rebuild.

No file was landed for them; operations, the system of record of consent, holds all that the warehouse's copy says.
"""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa

from siyu.core.kinds import CONSENTS
from siyu.core.time import local_day
from siyu.store.operations import Operations
from siyu.store.schema import CONSENT
from siyu.store.tables import BY_NAME, PART, place_of

#: mapping_name of the load that a declaration is.
DECLARATION = "declaration"

COLUMNS = ("fact_id", "identifier_id", "purpose", "channel", "action", "occurred_at", "source", "notice_version")
SCHEMA = pa.schema([(name, pa.int64() if name in ("fact_id", "identifier_id", "occurred_at") else pa.string())
                    for name in COLUMNS])  # fmt: skip


def declared(operations: Operations, load_id: int) -> pa.Table:
    """The consents of one declaration, as operations keeps them (SCHEMA)."""
    query = sa.select(*(CONSENT.c[name] for name in COLUMNS)).where(CONSENT.c.load_id == load_id)
    with operations.connect() as connection:
        rows = connection.execute(query.order_by(CONSENT.c.fact_id)).mappings().all()
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)


def facts(consents: pa.Table, load_id: int, loaded_at: int, zone: ZoneInfo) -> pa.Table:
    """Rows of table `consents`, one for each of the given (SCHEMA)."""
    keys, rows = [], []
    for consent in consents.to_pylist():
        key, row = _hashes(consent)
        keys.append(key)
        rows.append(row)
    occurred_at = consents["occurred_at"].to_pylist()
    days = {instant: local_day(instant, zone) for instant in set(occurred_at)}
    count = consents.num_rows
    columns = {
        **{name: consents[name] for name in COLUMNS if name != "source"},
        "stated_source": consents["source"],
        "source_ref": [place_of(fact_id, load_id) for fact_id in consents["fact_id"].to_pylist()],
        "occurred_day": [days[instant] for instant in occurred_at],
        "key_hash": keys,
        "row_hash": rows,
        "load_id": [load_id] * count,
        "loaded_at": [loaded_at] * count,
        "source": [DECLARATION] * count,
    }
    schema = BY_NAME["consents"].schema
    return pa.table({field.name: columns[field.name] for field in schema}, schema=schema)


def _hashes(consent: dict) -> tuple[int, int]:
    """key_hash and row_hash; the key's is what a load of the same consent would give, so that a file corrects it."""
    key = _text(consent, CONSENTS.key)
    return _hash(key), _hash(key + PART + _text(consent, ("source", "notice_version")))


def _text(consent: dict, names: tuple[str, ...]) -> str:
    return PART.join(f"{name}={consent[name]}" for name in names if consent[name] is not None)


def _hash(text: str) -> int:
    """The first 63 bits of MD5."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8], "big") >> 1
