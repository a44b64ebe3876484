"""Connected components of identifiers under guards: arrays in, arrays out, no tables.

The answer is a function of the set of links alone: no order of loads, no engine, no earlier answer changes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SIZE, UNIQUE, RETRACTED = "size", "unique", "retracted"


@dataclass(frozen=True)
class Nodes:
    """Identifiers in ascending order, each with its namespace as a place in `names` (highest priority first)."""

    ids: np.ndarray
    namespace: np.ndarray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, *namespaces: str) -> np.ndarray:
        """Which identifiers belong to one of the namespaces."""
        return np.isin(self.namespace, [place for place, name in enumerate(self.names) if name in namespaces])


@dataclass(frozen=True)
class Guards:
    """What one consumer may hold: at most `max_component` identifiers, at most one of each `unique` namespace."""

    max_component: int
    unique: tuple[str, ...]


@dataclass
class Refused:
    """Links a guard keeps out, as places of their ends in the nodes, with guard and reason."""

    a: list[int] = field(default_factory=list)
    b: list[int] = field(default_factory=list)
    guard: list[str] = field(default_factory=list)
    reason: list[str] = field(default_factory=list)


def components(nodes: Nodes, a: np.ndarray, b: np.ndarray, guards: Guards) -> tuple[np.ndarray, Refused]:
    """For each node the place of the lowest node of its component, and the links that guards refuse.

    `a` and `b` are places in the nodes. A component that keeps all guards takes all its links; in one that
    does not, links are taken by namespace priority, then by id, and those that break a guard are refused.
    """
    root = roots(len(nodes), a, b)
    broken = _broken(nodes, root, guards)
    refused = Refused()
    if broken.any():
        inside = np.flatnonzero(broken[root[a]])
        order = inside[_priority(nodes, a[inside], b[inside])]
        _take_in_order(nodes, root, np.flatnonzero(broken[root]), a[order], b[order], guards, refused)
    return root, refused


def roots(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For each of `n` nodes the lowest node that the links from `a` to `b` connect it with, itself if there is none.

    Each round hangs the higher of two linked roots below the lower one and shortens every path to its end, all at once;
    a few rounds do. scipy's components take as long, and a quarter of a second to import, at every start.
    """
    root = np.arange(n)
    while True:
        one, other = root[a], root[b]
        apart = one != other
        if not apart.any():
            return root
        a, b, one, other = a[apart], b[apart], one[apart], other[apart]
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(above := root[root], root):
            root = above


def _broken(nodes: Nodes, root: np.ndarray, guards: Guards) -> np.ndarray:
    """By root: which components break a guard."""
    broken = np.bincount(root, minlength=len(nodes)) > guards.max_component
    for namespace in guards.unique:
        broken |= np.bincount(root[nodes.of(namespace)], minlength=len(nodes)) > 1
    return broken


def _priority(nodes: Nodes, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The order in which links are taken: the better namespace of the pair, the other one, a, b."""
    one, other = nodes.namespace[a], nodes.namespace[b]
    return np.lexsort((b, a, np.maximum(one, other), np.minimum(one, other)))


def _take_in_order(
    nodes: Nodes, root: np.ndarray, members: np.ndarray, a: np.ndarray, b: np.ndarray, guards: Guards, refused: Refused
) -> None:
    """Join the members anew, link by link; `root` is changed in place, what breaks a guard goes to `refused`."""
    parent = {member: member for member in members.tolist()}
    size = dict.fromkeys(parent, 1)
    held = _held(nodes, members, guards)  # bit per unique namespace

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in zip(a.tolist(), b.tolist()):
        low, high = sorted((find(one), find(other)))
        if low == high:
            continue
        together, both = size[low] + size[high], held[low] & held[high]
        if both or together > guards.max_component:
            _refuse(refused, one, other, together, both, guards)
            continue
        parent[high], size[low], held[low] = low, together, held[low] | held[high]
    root[members] = [find(member) for member in members.tolist()]


def _held(nodes: Nodes, members: np.ndarray, guards: Guards) -> dict[int, int]:
    bit = {name: 1 << place for place, name in enumerate(guards.unique)}
    bits = np.array([bit.get(name, 0) for name in nodes.names], dtype=np.int64)
    return dict(zip(members.tolist(), bits[nodes.namespace[members]].tolist()))


def _refuse(refused: Refused, a: int, b: int, together: int, both: int, guards: Guards) -> None:
    refused.a.append(a)
    refused.b.append(b)
    if both:
        names = [name for place, name in enumerate(guards.unique) if both >> place & 1]
        refused.guard.append(UNIQUE)
        refused.reason.append(f"one consumer would have two values of {', '.join(names)}")
    else:
        refused.guard.append(SIZE)
        refused.reason.append(f"one consumer would have {together} identifiers; at most {guards.max_component} are set")
