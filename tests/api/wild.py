"""Bodies as a hostile or a broken client sends them: JSON written by hand, with everything that its grammar allows."""

from __future__ import annotations

import json

from hypothesis import strategies as st

MEMBERS = ("type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "context", "traits",
           "properties", "products", "", "长")  # fmt: skip
#: Any of them at the edge of a call or a batch, now and then one that makes it another thing.
NAMES = st.sampled_from((*MEMBERS * 3, "batch", "\\u0062atch", "writeKey"))
#: Texts of JSON values at the edges of what is one.
EDGES = st.sampled_from((
    "null", "true", "0", "-0", "1e999", "-1E-999", "9" * 400, "0.1e1", '"\\u0000"', '"\\ud83d"', '"\\udc00x"',
    '"\\ud83d\\ude00"', '"\U0001f600"', '"\\\\ud83d"', '"2026-06-30T12:00:00Z"', '"9999-12-31T00:00:00Z"', '"track"',
    '"identify"', '"Order Completed"',
))  # fmt: skip
#: Bytes that no JSON holds where a value may stand.
BROKEN = (b"NaN", b"01", b'"\\q"', b'"\t"', b"{", b"]", b"\xff", b"\0")
NESTED = st.tuples(st.sampled_from((("[", "]"), ('{"a":', "}"))), st.sampled_from((10, 10, 10, 10, 500, 5000))).map(
    lambda drawn: drawn[0][0] * drawn[1] + "0" + drawn[0][1] * drawn[1])  # fmt: skip


def _object(members: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f'"{name}":{value}' for name, value in members) + "}"


def _batch(drawn: tuple[list[str], list[tuple[str, str]]]) -> str:
    calls, members = drawn
    return _object([*members, ("batch", f"[{','.join(calls)}]")])


ATOMS = EDGES | EDGES | EDGES | st.text(max_size=8).map(json.dumps) | st.integers().map(str) | NESTED
OBJECTS = st.deferred(lambda: st.lists(st.tuples(NAMES, VALUES), max_size=5).map(_object))
VALUES = ATOMS | ATOMS | OBJECTS | st.deferred(lambda: st.lists(VALUES, max_size=3).map(lambda v: f"[{','.join(v)}]"))
BATCHES = st.tuples(st.lists(OBJECTS, max_size=4), st.lists(st.tuples(NAMES, VALUES), max_size=2)).map(_batch)


@st.composite
def _cut(draw: st.DrawFn, bodies: st.SearchStrategy[bytes]) -> bytes:
    """A body of which a piece is missing, stands twice, or is something else."""
    body = draw(bodies)
    start, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
    return body[:start] + draw(st.sampled_from((b"", body[start:end] * 2, *BROKEN))) + body[end:]


TEXTS = st.one_of(OBJECTS, OBJECTS, BATCHES, BATCHES, BATCHES, BATCHES, VALUES)
JSONS = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
BODIES = st.one_of(JSONS, JSONS, JSONS, JSONS, _cut(JSONS), st.binary(max_size=200))
