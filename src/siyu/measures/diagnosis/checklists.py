"""The four guarantees' self-check lists (definitions.md section 5.3): ours; guarantees.toml edits them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siyu.core.errors import SettingsError, did_you_mean
from siyu.core.tomltext import TomlError, parsed

FILE = "guarantees.toml"
Text = dict[str, str]

LISTS: dict[str, Text] = {
    "organisation": {"zh": "组织保障", "en": "Organisation"},
    "supply": {"zh": "优质供给", "en": "Supply"},
    "membership": {"zh": "会员体系", "en": "Membership"},
    "experience": {"zh": "用户体验", "en": "Experience"},
}


@dataclass(frozen=True)
class Item:
    """One thing to check: `code` is list.name; `weight` is its share in the score."""

    code: str
    zh: str
    en: str
    weight: float = 1.0

    @property
    def list(self) -> str:
        return self.code.partition(".")[0]


ITEMS: tuple[Item, ...] = (
    Item("organisation.owner", "四大驱动力各有一位负责人，写在职责里",
         "Each of the four drivers has a named owner"),
    Item("organisation.targets", "F、A、S、T 有季度目标，并按月复盘",
         "F, A, S and T have quarterly targets, reviewed monthly"),
    Item("organisation.one_view", "电商、门店、客服看同一份消费者数据",
         "Online, stores and service look at the same consumers"),
    Item("organisation.incentive", "导购与客服的激励包含关系指标，不只看销售",
         "Guides and service are rewarded for relations, not for sales alone"),
    Item("organisation.privacy", "个人信息有负责人，授权与退订有记录",
         "Somebody answers for personal data; consent and withdrawal are on record"),
    Item("supply.private_goods", "私域有专属货品或组合",
         "There are goods or sets only relations can buy"),
    Item("supply.entry_goods", "知道哪些单品带来首购与复购",
         "It is known which goods bring first and second purchases"),
    Item("supply.stock", "活动货品有备货与补货安排",
         "Goods of a campaign have stock and a plan to refill it"),
    Item("supply.price", "各平台价格有规则，私域不被击穿",
         "Prices follow a rule over platforms; no channel undercuts"),
    Item("supply.content", "每周有可直接使用的内容素材",
         "Content ready to use arrives every week"),
    Item("membership.reason", "入会理由一句话说得清",
         "Why to join can be said in one sentence"),
    Item("membership.one_card", "各平台与门店会员打通，权益一致",
         "One membership and one set of benefits over all platforms"),
    Item("membership.welcome", "入会 30 天内有首购安排",
         "Somebody who joined is led to a first purchase within 30 days"),
    Item("membership.points", "积分的成本与到期写明并定期核对",
         "Points have a stated cost and expiry, and are reconciled"),
    Item("membership.leave", "退会与退订一步可达",
         "Leaving and unsubscribing take one step"),
    Item("experience.first_answer", "咨询在承诺时间内首次回复",
         "Questions get a first answer within the promised time"),
    Item("experience.frequency", "每人每周触达次数有上限并执行",
         "Messages per person and week have a limit that is kept"),
    Item("experience.complaints", "投诉有闭环，并回看原因",
         "Complaints are closed, and their causes looked at"),
    Item("experience.journey", "从入口到下单亲自走过一遍，每季度一次",
         "Somebody walks the way from entry to order each quarter"),
    Item("experience.refund", "退款按承诺时间到账",
         "Refunds arrive in the promised time"),
)  # fmt: skip


def items(folder: Path) -> tuple[Item, ...]:
    """The items of a workspace: ours, with what its guarantees.toml changes, adds or leaves out (weight = 0).

    Raises SettingsError with every mistake of the file.
    """
    path = folder / FILE
    given = _read(path) if path.exists() else {}
    mistakes = [m for code, body in given.items() if (m := _mistake(code, body))]
    if mistakes:
        listing = "\n".join(f"  - {m}" for m in mistakes)
        remedy = 'For example: [supply.gift_sets], then zh = "...", en = "...", weight = 2.'
        raise SettingsError(f"{FILE} has {len(mistakes)} mistake(s):\n{listing}", remedy=remedy)
    ours = [replace(item, **given.pop(item.code, {})) for item in ITEMS]
    added = [_added(code, body) for code, body in given.items()]
    order = list(LISTS)
    kept = [item for item in (*ours, *added) if item.weight > 0]
    return tuple(sorted(kept, key=lambda item: order.index(item.list)))


def _read(path: Path) -> dict[str, Any]:
    """Bodies by code: `[supply.stock]` is item supply.stock."""
    try:
        document = parsed(path.read_text(encoding="utf-8-sig"))
    except (TomlError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE} is not valid TOML: {error}", remedy="Mend that line and try again.") from None
    bodies = {}
    for name, found in document.items():
        inner = found if isinstance(found, dict) else {"": found}
        bodies.update({f"{name}.{code}": body for code, body in inner.items()})
    return bodies


def _mistake(code: str, body: Any) -> str:
    name, _, rest = code.partition(".")
    if name not in LISTS:
        return f"unknown list '{name}'.{did_you_mean(name, list(LISTS))} Lists are {', '.join(LISTS)}."
    if not isinstance(body, dict) or not rest:
        return f"{code}: expected a table with zh, en or weight, found {body!r}."
    if code not in {item.code for item in ITEMS} and not {"zh", "en"} & set(body):
        return f"{code}: a new item needs zh or en."
    return next((m for name, value in body.items() if (m := _wrong_value(code, name, value))), "")


def _wrong_value(code: str, name: str, value: Any) -> str:
    if name in ("zh", "en"):
        return "" if isinstance(value, str) and value.strip() else f"{code}.{name}: expected text, found {value!r}."
    if name != "weight":
        return f"{code}: unknown name '{name}'.{did_you_mean(name, ['zh', 'en', 'weight'])}"
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "" if number and 0 <= value < float("inf") else f"{code}.weight: expected 0 or more, found {value!r}."


def _added(code: str, body: dict[str, Any]) -> Item:
    zh, en = body.get("zh") or body["en"], body.get("en") or body["zh"]
    return Item(code, zh, en, body.get("weight", 1.0))
