"""What the loaded files can and cannot answer, and the one export that would unlock most."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from siyu.sources.coverage.questions import EXPORTS, NO, QUESTIONS, YES, Answer, named
from siyu.sources.coverage.reasons import say
from siyu.sources.coverage.tally import Sold, Tally, sold, tally
from siyu.store.workspace import Workspace

MARKS = {"yes": "●", "partly": "◐", "no": "○"}
WORDS = {"yes": {"zh": "能", "en": "yes"}, "partly": {"zh": "部分", "en": "partly"}, "no": {"zh": "不能", "en": "no"}}
#: An answer that is there in part is worth half when the next export is chosen.
HALF = 0.5


def coverage(workspace: Workspace) -> dict[str, Any]:
    """The document of `siyu coverage --json`; every text is {"zh": ..., "en": ...}.

    {"questions": [{"code": "F" | "A" | "S" | "T" | "aipl" | "referral_value" | "sms_email" | "by_store" | "by_guide",
                    "title": text, "answer": "yes" | "partly" | "no", "reason": text}],
     "next_export": {"code": "relations" | "orders" | "buyers" | "members" | "events" | "consents" | "referrals",
                     "title": text, "why": text, "unlocks": [codes of questions]} | null,
     "platforms": [{"platform": name, "title": text, "answer": "yes" | "partly" | "no", "reason": text (does it name
                    its buyers), "paid_orders": integer ... see tally.Sold}],
     "counts": {name: integer, see tally.Tally}}

    Reasons tell their figures exactly, and carry them (reasons.Reason).
    """
    warehouse = workspace.warehouse
    return document(tally(warehouse, workspace.settings.channels_of_relation), sold(warehouse))


def document(counts: Tally, platforms: list[Sold]) -> dict[str, Any]:
    """The document of what was counted."""
    answers = {question.code: question.of(counts) for question in QUESTIONS}
    return {
        "questions": [{"code": q.code, "title": q.title, "answer": answers[q.code].answer,
                       "reason": answers[q.code].reason} for q in QUESTIONS],
        "next_export": next_export(answers),
        "platforms": [_platform(one) for one in platforms],
        "counts": asdict(counts),
    }  # fmt: skip


def next_export(answers: dict[str, Answer]) -> dict[str, Any] | None:
    """The export that the most, and the most valued, open questions wait for; None when none waits."""
    gains = {export.code: _gain(export.code, answers) for export in EXPORTS}
    best = max(EXPORTS, key=lambda export: gains[export.code])
    if not gains[best.code]:
        return None
    waiting = [code for code, answer in answers.items() if answer.export == best.code]
    return {"code": best.code, "title": best.title, "why": best.why, "unlocks": waiting}


def _platform(one: Sold) -> dict[str, Any]:
    answer = named(one)
    title = say(f"买家：{one.platform or '未标平台'}", f"Buyers on {one.platform or 'no platform'}")
    return {**asdict(one), "title": title, "answer": answer.answer, "reason": answer.reason}


def matrix(document: dict[str, Any], lang: str = "zh") -> str:
    """The document as lines to read: mark, question, answer, reason; below them the next export."""
    cells = [(MARKS[q["answer"]] + " " + q["title"][lang], WORDS[q["answer"]][lang], q["reason"][lang])
             for q in [*document["questions"], *document["platforms"]]]
    titles, words = (max(_width(row[i]) for row in cells) for i in (0, 1))
    lines = [f"{_padded(title, titles)}  {_padded(word, words)}  {reason}" for title, word, reason in cells]
    following = document["next_export"]
    if following:
        head = {"zh": "下一份最值得导出的：", "en": "Next, load "}[lang]
        lines += ["", f"{head}{following['title'][lang]}", f"  {following['why'][lang]}"]
    return "\n".join(lines)


def _gain(export: str, answers: dict[str, Answer]) -> float:
    waiting = [(q.weight, answers[q.code]) for q in QUESTIONS if answers[q.code].export == export]
    return sum(weight * (1.0 if answer.answer == NO else HALF) for weight, answer in waiting if answer.answer != YES)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns of a terminal the text takes: Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
