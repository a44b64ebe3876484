"""Properties over random histories of loads and decisions: the way there never shows in the tables."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.core.errors import IdentityError
from siyu.identity import decisions, resolve
from siyu.identity.decisions import Decision
from siyu.identity.unlink import relink, unlink
from tests.breadth import wide
from tests.identity.history import NOW, RESULTS, History, emptied

NAMESPACES = ("member_card", "phone", "openid", "device", "recipient_phone")
IDS = st.integers(1, 14)
PAIRS = st.lists(st.tuples(IDS, IDS), max_size=5)
LOAD = st.tuples(st.just("load"), st.sets(IDS, max_size=4), PAIRS)
DECISION = st.tuples(st.sampled_from(["unlink", "relink"]), IDS, IDS)
STEPS = st.lists(st.one_of(LOAD, LOAD, DECISION), min_size=1, max_size=6)
CAPS = st.sampled_from([2, 3, 4, 50])
#: Histories of a claim.
MOST = wide((5, 40), always=1)


def tried(most: int, **drawn: st.SearchStrategy) -> Callable[[Callable[..., None]], None]:
    """Tries a claim on so many histories, at once."""
    some = settings(max_examples=most, suppress_health_check=list(HealthCheck))
    return lambda claim: some(given(**drawn)(claim))()


@pytest.fixture(autouse=True)
def _always_worth_picking(monkeypatch):
    """Small histories touch most of what there is; compute only the touched part all the same."""
    monkeypatch.setattr(resolve, "WORTH_PICKING", 1.0)


def started(stores, cap=50) -> History:
    return History(emptied(stores, identity__max_component=cap))


def take(history: History, step, minutes: int = 0) -> None:
    """One step; a decision about a pair no record shows is refused and left out."""
    if step[0] == "load":
        ids = step[1] | {end for pair in step[2] for end in pair}
        history.load([(i, NAMESPACES[i % 5]) for i in ids], step[2])
        return
    verb = {"unlink": unlink, "relink": relink}[step[0]]
    try:
        verb(history.workspace, step[1], step[2], "looked at", NOW + dt.timedelta(minutes=minutes))
    except IdentityError:
        return


@pytest.mark.parametrize("most", MOST)
def test_incremental_equals_full(stores, most):
    @tried(most, steps=STEPS, cap=CAPS)
    def claim(steps, cap):
        history = started(stores, cap)
        for number, step in enumerate(steps):
            take(history, step, number)
            history.resolve()
        by_steps, versions = history.results(), history.versions()
        assert history.resolve(full=True).changed == 0
        assert history.results() == by_steps
        assert history.versions() == versions


@pytest.mark.parametrize("most", MOST)
def test_order_of_loads_is_irrelevant(stores, most):
    @tried(most, loads=st.lists(LOAD, min_size=1, max_size=5), cap=CAPS, data=st.data())
    def claim(loads, cap, data):
        found = []
        for order in (loads, data.draw(st.permutations(loads))):
            history = started(stores, cap)
            for step in order:
                take(history, step)
            history.resolve()
            found.append({name: history.results()[name] for name in ("identity", "consumer", "review")})
        assert found[0] == found[1]


@pytest.mark.parametrize("most", MOST)
def test_unlink_gives_what_there_would_be_without_the_link(stores, most):
    """Records of a link, then unlink = the same history whose files never showed the pair."""
    @tried(most, before=st.lists(LOAD, min_size=1, max_size=4), after=st.lists(LOAD, max_size=2),
           link=st.tuples(IDS, IDS), cap=CAPS)
    def claim(before, after, link, cap):
        if link[0] == link[1]:
            return
        with_link, pair = started(stores, cap), tuple(sorted(link))
        for step in [*before, ("load", set(link), [link]), *after]:
            take(with_link, step)
        with_link.resolve()
        unlink(with_link.workspace, *link, "not the same person", NOW)
        with_link.resolve()
        undone = {name: with_link.results()[name] for name in ("identity", "consumer", "review")}
        undone["review"] = [row for row in undone["review"] if row[2] != "retracted"]
        without = started(stores, cap)
        for step in [*before, ("load", set(link), []), *after]:
            ends = {end for shown in step[2] for end in shown}
            take(without, ("load", step[1] | ends, [p for p in step[2] if tuple(sorted(p)) != pair]))
        without.resolve()
        assert undone == {name: without.results()[name] for name in ("identity", "consumer", "review")}


@pytest.mark.parametrize("most", MOST)
def test_guards_hold_and_every_identifier_has_one_consumer(stores, most):
    @tried(most, steps=STEPS, cap=CAPS)
    def claim(steps, cap):
        history = started(stores, cap)
        for step in steps:
            take(history, step)
        history.resolve()
        people = history.people()
        assert set(people) == {i for i in history.known if NAMESPACES[i % 5] != "recipient_phone"}
        for consumer in set(people.values()):
            members = [i for i, c in people.items() if c == consumer]
            assert min(members) == consumer
            assert len(members) <= cap
            assert sum(NAMESPACES[i % 5] == "member_card" for i in members) <= 1


def test_decisions_before_their_links_hold(stores):
    history = started(stores)
    decisions.append(history.workspace.operations, [Decision(1, 2, "retract", "known", 0)])
    history.load([(1, "phone"), (2, "openid")], [(1, 2)])
    history.resolve()
    assert history.people() == {1: 1, 2: 2}


def test_results_cover_every_table_resolve_writes():
    assert set(RESULTS) == {"link", "identity", "consumer", "review"}
