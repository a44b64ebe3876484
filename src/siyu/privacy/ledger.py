"""What operations holds about the erased: consents become proofs that only the value itself finds; decisions go."""

from __future__ import annotations

import sqlalchemy as sa

from siyu.identity.consents import PROOF
from siyu.store.schema import CONSENT, CONSENT_CHANGE, CONSENT_PROOF, LINK_DECISION, TOMBSTONE

#: Tables of operations that rows leave.
TABLES = (CONSENT, CONSENT_CHANGE, LINK_DECISION)


def forget(connection: sa.Connection, erasure_ids: list[int], keep_until: int) -> None:
    """Take the people of some erasures out, in the caller's transaction; safe to run twice.

    What was sent to them may be challenged until `keep_until`, so the proof that it was allowed stays until then, under
    the keyed hash alone: nobody finds it who does not have the value, and nothing else names it.
    """
    erased = sa.select(TOMBSTONE.c.identifier_id).where(TOMBSTONE.c.erasure_id.in_(erasure_ids))
    until = sa.literal(keep_until, sa.BigInteger).label("keep_until")
    for table in (CONSENT, CONSENT_CHANGE):  # what was changed since the last settling is proof as well
        said = [table.c.get(name, sa.cast(sa.null(), sa.Text)) for name in PROOF]
        consents = sa.select(TOMBSTONE.c.key_hash, *said, until)
        consents = consents.join(TOMBSTONE, TOMBSTONE.c.identifier_id == table.c.identifier_id)
        consents = consents.where(TOMBSTONE.c.erasure_id.in_(erasure_ids)).order_by(*table.primary_key)
        connection.execute(sa.insert(CONSENT_PROOF).from_select(["key_hash", *PROOF, "keep_until"], consents))
        connection.execute(sa.delete(table).where(table.c.identifier_id.in_(erased)))
    connection.execute(sa.delete(LINK_DECISION).where(LINK_DECISION.c.a.in_(erased) | LINK_DECISION.c.b.in_(erased)))
