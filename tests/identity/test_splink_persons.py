"""Splink's labelled persons: linking on equal e-mail gives the pair precision and recall its own tools report."""

import csv
from itertools import combinations

import pytest


@pytest.fixture
def persons(shared) -> list[dict]:
    with (shared / "data" / "fake_1000.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def pairs(groups: dict) -> set[tuple[int, int]]:
    """All pairs of records that stand in one group."""
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def by(records: dict[int, str | int]) -> dict:
    groups: dict = {}
    for record, label in records.items():
        groups.setdefault(label, []).append(record)
    return groups


def test_equal_email_finds_a_third_of_the_true_pairs_and_no_false_one(history, persons):
    """Every record is a customer; each e-mail links the customers that show it."""
    emails = {email: 10_000 + place for place, email in enumerate(sorted({p["email"] for p in persons if p["email"]}))}
    customers = {int(p["unique_id"]) + 1: p for p in persons}
    history.load([(c, "customer") for c in customers] + [(i, "email") for i in emails.values()],
                 [(c, emails[p["email"]]) for c, p in customers.items() if p["email"]])  # fmt: skip
    history.resolve()
    people = history.people()
    found = pairs(by({c: people[c] for c in customers}))
    true = pairs(by({c: p["cluster"] for c, p in customers.items()}))
    precision, recall = len(found & true) / len(found), len(found & true) / len(true)
    assert (round(precision, 3), round(recall, 3)) == (1.000, 0.336)
    assert round(2 * precision * recall / (precision + recall), 3) == 0.503
    assert len(true) == 2031
