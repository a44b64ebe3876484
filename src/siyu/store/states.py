"""Names of small facts about the workspace's own state (table `state`), and which are of one warehouse alone."""

from __future__ import annotations

#: The version of the identity in force.
IDENTITY_VERSION = "identity_version"
#: What the last resolve had seen (identity.seen), and the newest version in which a consumer may have lost an
#: identifier.
IDENTITY_SEEN, IDENTITY_PARTED = "identity_seen", "identity_parted"
#: What spans and purchases were built from (measures.build).
SPANS_SEEN = "spans_seen"
#: Which load began last.
LOAD_BEGUN = "load_begun"
#: With which id secret identifiers are keyed.
KEYED_BY = "keyed_by"
#: Who loads by operations that several processes reach (store.owner).
OWNED_BY = "owned_by"
#: What the derived tables of a warehouse rest on: another warehouse has none of them yet.
DERIVED = (IDENTITY_SEEN, IDENTITY_PARTED, SPANS_SEEN)
