"""Components under guards, against a plain reference that walks sets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siyu.identity.components import SIZE, UNIQUE, Guards, Nodes, components, roots

NAMES = ("member_card", "phone", "openid")
WIDE = Guards(max_component=50, unique=("member_card",))


def run(namespaces, pairs, guards=WIDE):
    """Lowest member per node and the refused pairs, with the nodes' places as their ids."""
    code = np.array([NAMES.index(name) for name in namespaces], dtype=np.int16)
    nodes = Nodes(np.arange(len(namespaces), dtype=np.int64), code, NAMES)
    a, b = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    root, refused = components(nodes, a, b, guards)
    return root.tolist(), list(zip(refused.a, refused.b, refused.guard))


def reference(namespaces, pairs, guards):
    """One set of members per consumer; every link of every component in the fixed order."""
    groups = [{node} for node in range(len(namespaces))]
    refused = set()

    def rank(pair):
        return sorted(NAMES.index(namespaces[end]) for end in pair), pair

    for a, b in sorted(pairs, key=rank):
        one, other = (next(g for g in groups if end in g) for end in (a, b))
        together = one | other
        held = [namespaces[n] for n in together if namespaces[n] in guards.unique]
        if one is not other and (len(together) > guards.max_component or len(held) > len(set(held))):
            refused.add((a, b))
        elif one is not other:
            groups = [g for g in groups if g is not one and g is not other] + [together]
    return [min(next(g for g in groups if n in g)) for n in range(len(namespaces))], refused


def test_linked_identifiers_take_the_lowest_id():
    assert run(["phone", "openid", "phone", "openid"], [(1, 3), (0, 3)])[0] == [0, 0, 2, 0]


def test_no_identifiers_make_no_consumers():
    assert run([], []) == ([], [])


def test_two_member_cards_on_one_phone_stay_two_consumers():
    roots, refused = run(["member_card", "member_card", "phone"], [(0, 2), (1, 2)])
    assert roots == [0, 1, 0]
    assert refused == [(1, 2, UNIQUE)]


def test_a_consumer_does_not_grow_over_the_cap():
    roots, refused = run(["phone"] + ["openid"] * 4, [(0, n) for n in range(1, 5)], Guards(3, ()))
    assert roots == [0, 0, 0, 3, 4]
    assert refused == [(0, 3, SIZE), (0, 4, SIZE)]


def test_better_namespaces_are_linked_first():
    """The card's own phone wins over a third party that claims the phone."""
    roots, refused = run(["openid", "openid", "phone", "member_card"], [(0, 2), (1, 2), (2, 3)], Guards(2, ()))
    assert roots == [0, 1, 2, 2]
    assert [pair[:2] for pair in refused] == [(0, 2), (1, 2)]


def test_a_link_inside_one_consumer_is_never_refused():
    assert run(["phone", "openid", "phone"], [(0, 1), (0, 2), (1, 2)], Guards(3, ()))[1] == []


def test_a_broken_component_leaves_the_others_alone():
    roots, refused = run(["member_card", "member_card", "phone", "phone", "openid"], [(0, 2), (1, 2), (3, 4)])
    assert roots == [0, 1, 0, 3, 3]
    assert len(refused) == 1


@given(st.data())
def test_components_equal_the_reference(data):
    namespaces = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12))
    node = st.integers(0, len(namespaces) - 1)
    drawn = data.draw(st.sets(st.tuples(node, node), max_size=20))
    pairs = [(a, b) for a, b in drawn if a < b]
    unique = data.draw(st.sampled_from([(), ("member_card",), ("phone", "openid")]))
    guards = Guards(data.draw(st.integers(2, 6)), unique)
    roots, refused = run(namespaces, data.draw(st.permutations(pairs)), guards)
    expected_roots, expected_refused = reference(namespaces, pairs, guards)
    assert roots == expected_roots
    assert {pair[:2] for pair in refused} == expected_refused


@given(st.integers(1, 3_000), st.floats(0, 2), st.integers(0, 2**32 - 1))
def test_roots_are_the_lowest_of_what_scipy_calls_a_component(n, links_each, seed):
    ends = np.random.default_rng(seed).integers(0, n, (2, int(n * links_each)))
    graph = coo_array((np.ones(ends.shape[1], np.int8), (ends[0], ends[1])), shape=(n, n))
    _count, label = connected_components(graph, directed=False)
    lowest = {int(one): place for place, one in reversed(list(enumerate(label)))}
    assert roots(n, *ends).tolist() == [lowest[int(one)] for one in label]


def test_roots_of_a_long_path_are_its_lowest_end():
    path = np.random.default_rng(7).permutation(100_000)
    assert not roots(len(path), path[:-1], path[1:]).any()
