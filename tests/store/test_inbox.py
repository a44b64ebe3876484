"""The inbox on SQLite and PostgreSQL: what is put is kept sealed, claimed once, settled or given back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core.identifiers import Keys
from siyu.store.inbox import Arrival, Inbox

KEYS = Keys(b"i" * 32, b"c" * 32)


@pytest.fixture
def inbox(url: str) -> Iterator[Inbox]:
    opened = Inbox(url, KEYS)
    yield opened
    opened.close()


def arrivals(count: int, door: str = "segment", size: int = 10) -> list[Arrival]:
    return [Arrival(door, "site", 1000 + n, f"{n:0{size}d}".encode(), messages=2) for n in range(count)]


def test_what_is_put_comes_out_in_order_and_once(inbox: Inbox):
    inbox.put(arrivals(5))
    claim = inbox.claim("segment")
    assert claim is not None
    assert claim.arrivals == arrivals(5)
    assert inbox.claim("segment") is None


def test_a_claim_takes_no_more_than_its_bytes_but_always_the_first(inbox: Inbox):
    inbox.put(arrivals(4, size=1000))
    sizes = [len(claim.arrivals) for limit in (1, 2200, 2200) if (claim := inbox.claim("segment", limit))]
    assert sizes == [1, 2, 1]


def test_doors_are_claimed_apart(inbox: Inbox):
    inbox.put([*arrivals(1, "segment"), *arrivals(2, "wecom")])
    assert inbox.doors() == ["segment", "wecom"]
    claim = inbox.claim("wecom")
    assert claim is not None
    assert (len(claim.arrivals), inbox.doors()) == (2, ["segment"])


def test_a_settled_claim_is_gone_and_a_released_one_waits_again(inbox: Inbox):
    inbox.put(arrivals(3))
    first = inbox.claim("segment", 1)
    assert first is not None
    assert inbox.claims() == [first.token]
    inbox.release(first.token)
    assert (inbox.claims(), inbox.waiting().arrivals) == ([], 3)
    again = inbox.claim("segment")
    assert again is not None
    inbox.settle(again.token)
    assert inbox.waiting().arrivals == 0


def test_what_waits_is_counted_with_its_oldest(inbox: Inbox):
    assert inbox.waiting().oldest is None
    inbox.put(arrivals(3))
    waiting = inbox.waiting()
    assert (waiting.arrivals, waiting.messages, waiting.oldest) == (3, 6, 1000)


def test_writers_and_claimers_at_once_lose_and_double_nothing(inbox: Inbox):
    def write(start: int) -> None:
        for n in range(20):
            inbox.put([Arrival("segment", "site", start + n, str(start + n).encode())])

    writers = [threading.Thread(target=write, args=(1000 * w,)) for w in range(3)]
    for writer in writers:
        writer.start()
    taken: list[bytes] = []
    while any(w.is_alive() for w in writers) or inbox.doors():
        if claim := inbox.claim("segment"):
            taken += [a.body for a in claim.arrivals]
            inbox.settle(claim.token)
    assert sorted(taken) == sorted(str(1000 * w + n).encode() for w in range(3) for n in range(20))


def test_no_body_stands_plain_on_disk(tmp_path: Path):
    inbox = Inbox(f"sqlite:///{tmp_path / 'inbox.sqlite'}", KEYS)
    inbox.put([Arrival("segment", "site", 1, b"planted-13800001234")])
    inbox.close()
    assert all(b"planted" not in path.read_bytes() for path in tmp_path.iterdir())
