"""Guarantees: the self-check lists with their answers, score = done weight / total weight, and its history by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from siyu.core.errors import SiyuError, did_you_mean
from siyu.core.time import date_of, day_ends, day_of, instant_of, local_day
from siyu.measures.diagnosis.checklists import LISTS, Item, items
from siyu.measures.ratio import ratio
from siyu.store.operations import Operations
from siyu.store.schema import GUARANTEE_ANSWER
from siyu.store.workspace import Workspace

#: How much of an item's weight is done. An item nobody answered counts as not done.
DONE = {"yes": 1.0, "partial": 0.5, "no": 0.0}


@dataclass(frozen=True)
class Answer:
    """What was answered about one item: yes, partial or no; why, who looks after it, and until when."""

    item: str
    answer: str
    evidence: str
    owner: str
    due_day: int | None
    answered_at: int


def guarantees(workspace: Workspace, now: dt.datetime) -> dict[str, Any]:
    """The lists as they stand: items with their answers, scores, history of the score by day, overdue items.

    {"score", "rule", "lists": [{"code", "name", "score", "items": [...]}], "overdue": [codes], "history": [...]}
    """
    checked, said = items(workspace.directory), answers(workspace.operations)
    today = local_day(instant_of(now), workspace.settings.zone)
    latest = {answer.item: answer for answer in said}
    shown = {item.code: _item(item, latest.get(item.code), today) for item in checked}
    return {
        "score": score(checked, latest),
        "rule": "done weight / total weight; partial counts half, unanswered counts as not done",
        "lists": [{"code": name, "name": LISTS[name], "score": score(mine, latest),
                   "items": [shown[item.code] for item in mine]}
                  for name in LISTS if (mine := [item for item in checked if item.list == name])],
        "overdue": [code for code, item in shown.items() if item["overdue"]],
        "history": history(workspace, checked, said),
    }  # fmt: skip


def score(checked: Iterable[Item], latest: dict[str, Answer]) -> float | None:
    """Done weight / total weight; None without items."""
    weights = [(item.weight, DONE[latest[item.code].answer] if item.code in latest else 0.0) for item in checked]
    return ratio(sum(weight * done for weight, done in weights), sum(weight for weight, _ in weights))


def history(workspace: Workspace, checked: tuple[Item, ...], said: list[Answer]) -> list[dict[str, Any]]:
    """The score at the end of each day on which something was answered, by today's lists and weights."""
    zone = workspace.settings.zone
    days = sorted({local_day(answer.answered_at, zone) for answer in said})
    scores = []
    for day in days:
        then = {answer.item: answer for answer in said if answer.answered_at < day_ends(day, zone)}
        by_list = {name: score([i for i in checked if i.list == name], then) for name in LISTS}
        scores.append({"day": date_of(day).isoformat(), "score": score(checked, then), **by_list})
    return scores


def answer(
    workspace: Workspace, code: str, chosen: str, *, now: dt.datetime, evidence: str | None = None,
    owner: str | None = None, due: dt.date | None = None,
) -> Answer:  # fmt: skip
    """Append an answer; evidence, owner and due that are not given stay as they were. Raises SiyuError."""
    check_item(workspace, code)
    if chosen not in DONE:
        raise SiyuError(f"Expected one of {', '.join(DONE)}; found '{chosen}'.")
    before = {given.item: given for given in answers(workspace.operations)}.get(code)
    fresh = Answer(
        code, chosen,
        evidence if evidence is not None else before.evidence if before else "",
        owner if owner is not None else before.owner if before else "",
        day_of(due) if due else before.due_day if before else None,
        instant_of(now),
    )  # fmt: skip
    with workspace.operations.begin() as connection:
        connection.execute(sa.insert(GUARANTEE_ANSWER).values(vars(fresh)))
    return fresh


def check_item(workspace: Workspace, code: str) -> None:
    """SiyuError if no list has such an item."""
    known = [item.code for item in items(workspace.directory)]
    if code not in known:
        guess = did_you_mean(code, known)
        raise SiyuError(f"There is no item '{code}'.{guess}", remedy="`siyu guarantees show` lists them.")


def answers(operations: Operations) -> list[Answer]:
    """Every answer ever given, oldest first."""
    columns = [GUARANTEE_ANSWER.c[name] for name in Answer.__annotations__]
    query = sa.select(*columns).order_by(GUARANTEE_ANSWER.c.answered_at, GUARANTEE_ANSWER.c.answer_id)
    with operations.connect() as connection:
        return [Answer(**row) for row in connection.execute(query).mappings()]


def _item(item: Item, given: Answer | None, today: int) -> dict[str, Any]:
    due = given.due_day if given else None
    return {
        "code": item.code,
        "name": {"zh": item.zh, "en": item.en},
        "weight": item.weight,
        "answer": given.answer if given else None,
        "evidence": given.evidence if given else "",
        "owner": given.owner if given else "",
        "due": date_of(due).isoformat() if due is not None else None,
        "overdue": bool(given and due is not None and due < today and given.answer != "yes"),
    }
