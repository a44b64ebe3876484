"""The sample brand's answers of the registry, its diagnosis and its outlook: shaped as the measures give them."""

from __future__ import annotations

from typing import Any

from siyu.console.asks import ASKS
from siyu.measures.answer import Answer, find
from siyu.measures.clv.population import OUTSIDE_F
from siyu.measures.metric import Sheet, Topic
from siyu.measures.people.lifecycle import STAGES
from siyu.measures.people.matrix import CLASSES
from siyu.measures.people.rfm import LABELS, RFM_TYPES
from siyu.measures.registry import BUILT_IN

GROUPS = ("youzan", "tmall", "拾屿门店", "")
#: Text columns of each sheet, row by row; the other columns are filled in.
NAMED: dict[str, list[dict[str, Any]]] = {
    "entry_products": [{"sku": f"T{n}", "product": f"明前龙井 {n}0g"} for n in range(1, 6)],
    "promotions": [{"promotion": "2025 双11", "starts_on": 20402, "ends_on": 20412},
                   {"promotion": "2026-618", "starts_on": 20610, "ends_on": 20624}],
    "lifecycle": [{"stage": stage} for stage in STAGES],
    "rfm": [{"type": code, "label": label} for code, label in zip(RFM_TYPES, LABELS["zh"])],
    "matrix": [{"own": own, "referral": referral} for own in CLASSES for referral in CLASSES],
    "retention": [{"cohort": f"2026-0{month}", "months_since": f"{since:02d}"}
                  for month in range(1, 6) for since in range(0, 7 - month)],
    "attribution": [{"touchpoint": name} for name in ("小程序商城", "门店", "公众号")],
    "sequences": [{"first": "公众号", "second": "小程序商城", "third": ""},
                  {"first": "直播间", "second": "旗舰店", "third": "小程序商城"}],
}  # fmt: skip


def answers() -> dict[str, Answer]:
    """Every answer the page asks for."""
    return {name: _answer(name) for name in ASKS}


def _answer(name: str) -> Answer:
    ask = ASKS[name]
    ((of, metrics),) = find(BUILT_IN, [ask.code])
    if isinstance(of, Sheet):
        rows = [{c.name: row.get(c.name, _value(c.unit, place)) for c in of.columns}
                for place, row in enumerate(NAMED[name], 1)]  # fmt: skip
        return Answer(of, (), (), rows, {})
    groups = [dict.fromkeys(ask.by, group) for group in GROUPS] if ask.by else [{}]
    return Answer(of, metrics, ask.by, [_row(of, group, place) for place, group in enumerate(groups, 1)], {})


def _row(topic: Topic, group: dict[str, str], place: int) -> dict[str, Any]:
    values = {m.code: {"value": _value(m.unit, place), "numerator": 120 * place, "denominator": 400 * place or None}
              for m in topic.metrics}  # fmt: skip
    return {"group": group, "people": 300 * place, "values": values}


def _value(unit: str, place: int) -> Any:
    """Plausible and different from row to row."""
    return {"text": "", "day": 20600 + place, "share": 0.6 / place, "ratio": 2.4 / place,
            "minor units": 1_204_500 * place}.get(unit, 140 * place)  # fmt: skip


def diagnosis() -> dict[str, Any]:
    """Four lights, two actions (both are findings), one decomposition, one alert."""
    names = {"F": ("可持续运营私域关系数", "Sustainable relationships"), "A": ("角色关系加深效率", "Role deepening"),
             "S": ("角色关系价值", "Relationship value"), "T": ("场域引力", "Touchpoint gravity")}  # fmt: skip
    lights = [
        {"letter": letter, "name": {"zh": zh, "en": en}, "unit": "consumers" if letter == "F" else "share",
         "value": 11_248 if letter == "F" else 0.14, "index": 0.7 + 0.15 * place,
         "light": ("red", "amber", "green", "green")[place], "reason": "",
         "reference": {"kind": ("target", "own_history", "benchmark", "target")[place], "value": 0.2}}
        for place, (letter, (zh, en)) in enumerate(names.items())
    ]  # fmt: skip
    actions = [_action("silent", 1046, 12_400_000), _action("idle", 2890, 8_100_000)]
    campaign = {"code": "expand", "raises": "F", "name": {"zh": "扩大关系数量", "en": "Expand relations"},
                "scenarios": [{"code": "fusion", "actions": actions}]}  # fmt: skip
    groups = {"member_first": 400_000, "member_repeat": -1_150_000, "no_role": 300_000, "anonymous": 50_000}
    parts = [{"group": group, "size": total, "mix": 0, "rate": 0, "value": 0, "total": total}
             for group, total in groups.items()]  # fmt: skip
    total = sum(groups.values())
    change = {"name": "revenue", "reason": "", "before": 9_893_431, "after": 9_893_431 + total, "change": total,
              "contributions": parts, "factors": {"size": total, "mix": 0, "rate": 0, "value": 0}}  # fmt: skip
    said = {"zh": "天猫订单已 9 天没有数据", "en": "Tmall orders have been silent for 9 days"}
    alert = {"kind": "late", "subject": "orders", "what": said, "since": "2026-06-21", "usual": said, "found": said,
             "act": said, "people": None}  # fmt: skip
    findings = [{"campaign": "expand", "raises": "F", "scenario": "fusion", **action} for action in actions]
    return {"lights": lights, "campaigns": [campaign], "findings": findings, "decompositions": [change],
            "alerts": [alert]}  # fmt: skip


def _action(code: str, people: int, money_minor: int) -> dict[str, Any]:
    who = {"zh": f"有关系、触达不到的人（{code}）", "en": f"hold a relation, cannot be reached ({code})"}
    do = {"zh": "下单时征求授权", "en": "Ask for consent at the next order"}
    title, more = {"zh": f"触达不到（{code}）", "en": f"Out of reach ({code})"}, {"zh": "可以触达", "en": "be reached"}
    return {"code": code, "title": title, "who": who, "do": do, "more": more, "basis": do, "people": people,
            "own_rate": 0.0, "reference_rate": 0.6063, "moved": 0.6063 * people, "money_minor": money_minor,
            "money_days": 365, "places": ("直播间", "门店"), "reason": ""}  # fmt: skip


def outlook() -> dict[str, Any]:
    """By role and in all, with a back-test of ten tenths."""
    roles = ("basic", "member_unpurchased", "member_first", "member_repeat", OUTSIDE_F)
    by_role = {role: {"consumers": 900 * place, "historic_own": 11_000_000 * (place - 1),
                      "predicted_own": {"value": 6e6 * place, "low": 5e6 * place, "high": 7e6 * place},
                      "predicted_referral": {"value": 2e5 * place, "low": 1e5, "high": 3e5 * place}}
               for place, role in enumerate(roles, 1)}  # fmt: skip
    tenths = [{"decile": n, "consumers": 252, "predicted": 0.8 / n, "actual": 0.75 / n} for n in range(1, 11)]
    tested = {"deciles": tenths, "predicted_total": 587.6, "actual_total": 608.0, "total_error": -0.0335,
              "mae": 0.343, "mae_naive": 0.418}  # fmt: skip
    purchases = {"model": "bg_nbd", "n": 2791, "fallback": None}
    return {"by_role": by_role, "models": {"purchases": purchases}, "backtest": tested}
