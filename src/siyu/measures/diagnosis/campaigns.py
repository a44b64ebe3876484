"""The four micro-campaigns with their sub-scenarios (definitions.md section 5.1) as data: whom each concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from siyu.measures import measurable
from siyu.measures.diagnosis import gains, people
from siyu.measures.diagnosis.gains import Gain, People
from siyu.measures.diagnosis.ground import Ground

Text = dict[str, str]


@dataclass(frozen=True)
class Action:
    """People to act on inside a sub-scenario: who they are, what to do, how the gain is worked out.

    `title` says it in a breath; `more`: what more of them would do. `who` lists them (None where they depend on
    touchpoints of the period: see gains.without_outcome).
    """

    code: str
    title: Text
    who_text: Text
    do: Text
    more: Text
    basis: Text
    gain: Callable[[Ground], Gain]
    who: People | None = None


@dataclass(frozen=True)
class Scenario:
    """A sub-scenario of a campaign."""

    code: str
    name: Text
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Campaign:
    """A micro-campaign and the driver it raises."""

    code: str
    name: Text
    raises: str
    scenarios: tuple[Scenario, ...]


#: What more of them would do.
REACHED = {"zh": "可以触达", "en": "be reached"}
CLIMB = {"zh": "升级", "en": "climb a rung"}
JOIN = {"zh": "建立关系", "en": "join or follow"}
BUY = {"zh": "购买", "en": "buy"}
BRING = {"zh": "带来购买", "en": "bring a purchase"}


def _risers(code: str, who: People, role: str, title: Text, who_text: Text, do: Text) -> Action:
    """People on a rung who climb too rarely."""
    basis = {
        "zh": "人数 ×（同级其他人本期加深率与本群前几个窗口中位数中较高者 − 本群本期加深率）"
              "×（上方各级人均自购 − 本群人均自购）",
        "en": "people x (the higher of the rest of the rung this period and the group's own median of earlier windows, "
              "less its rate this period) x (mean own value on the rungs above less theirs)",
    }  # fmt: skip
    return Action(code, title, who_text, do, CLIMB, basis, lambda ground: gains.rising(ground, who, role), who)


def _unbound(ground: Ground) -> Gain:
    asked, warehouse = ground.asked, ground.warehouse
    bought = warehouse.scratch("gain_buyers", people.buyers(asked))
    within = warehouse.count(bought.semi_join(ground.in_f, "consumer_id"))
    return gains.joining(ground, people.buyers_without_relation, (within, warehouse.count(bought)))


def _unreachable(ground: Ground) -> Gain:
    held = ground.warehouse.scratch("gain_holders", people.holders_with_phone(ground.asked))
    within = ground.warehouse.count(held.semi_join(ground.in_f, "consumer_id"))
    return gains.joining(ground, people.unreachable_with_phone, (within, ground.warehouse.count(held)))


EXPAND = Campaign("expand_relations", {"zh": "扩大关系数量", "en": "Expand relations"}, "F", (
    Scenario("omni_acquisition", {"zh": "全域拉新", "en": "Omni acquisition"}, (
        Action("visitors_without_relation",
               {"zh": "进来过，没有留下关系", "en": "They came by, and no relation began"},
               {"zh": "本期进过触点、至今没有关系的人",
                "en": "people who came to a touchpoint in the period and hold no relation"},
               {"zh": "在入口给出入会或关注理由；照搬沉淀最好的触点做法",
                "en": "Give a reason to join or follow at the entry, as the best touchpoints do"},
               JOIN,
               {"zh": "人数 ×（各触点沉淀率的上四分位 − 全品牌沉淀率）×（F 人均自购 − 本群人均自购）",
                "en": "people x (upper quartile of the touchpoints' settle rates less the brand's) x (mean own value "
                      "in F less theirs)"},
               lambda ground: gains.settling(ground, people.visitors_without_relation),
               people.visitors_without_relation),
        Action("buyers_without_relation",
               {"zh": "买过，没有任何关系", "en": "They bought and hold no relation"},
               {"zh": "近一年买过、没有任何关系的人", "en": "buyers of the last year who hold no relation"},
               {"zh": "包裹卡、订单页、客服引导建立关系",
                "en": "Lead them from parcel, order page and service to a relation"},
               REACHED,
               {"zh": "人数 × 买家中在 F 的比例 ×（F 人均自购 − 本群人均自购）",
                "en": "people x share of buyers who are in F x (mean own value in F less theirs)"},
               _unbound, people.buyers_without_relation))),
    Scenario("omni_fusion", {"zh": "全域融合", "en": "Omni fusion"}, (
        Action("unreachable_with_phone",
               {"zh": "留了手机号，却触达不到", "en": "You have their phone and cannot reach them"},
               {"zh": "有关系、有手机号、触达不到的人",
                "en": "relation holders whose phone is known and to whom no channel is open"},
               {"zh": "下单时征求授权，或邀请关注、加企微",
                "en": "Ask for consent at the next order, or invite them to follow"},
               REACHED,
               {"zh": "人数 × 有手机号的关系持有者中可触达的比例 ×（F 人均自购 − 本群人均自购）",
                "en": "people x share of relation holders with a phone who can be reached x (mean own value in F less "
                      "theirs)"},
               _unreachable, people.unreachable_with_phone),)),
))  # fmt: skip

DEEPEN = Campaign("deepen_relations", {"zh": "推进关系深度", "en": "Deepen relations"}, "A", (
    Scenario("lifecycle", {"zh": "生命周期管理", "en": "Lifecycle management"}, (
        _risers("basic_buyers", people.basic_buyers, people.BASIC,
                {"zh": "买过、触达得到，就是没入会", "en": "They buy, you can reach them, and they never joined"},
                {"zh": "买过但没入会的基础用户", "en": "basic consumers who bought and never joined"},
                {"zh": "订单页与包裹里给一句话入会理由",
                 "en": "Say why to join, on the order page and in the parcel"}),
        _risers("settled_unpurchased", people.settled_unpurchased, people.UNPURCHASED,
                {"zh": "入会一个月了，还没买过", "en": "Members for a month who have not bought"},
                {"zh": "入会满 30 天仍未购的会员", "en": "members for 30 days or longer without a purchase"},
                {"zh": "首购礼与入门单品", "en": "A first-purchase gift with an entry product"}),
        _risers("sleeping_first_buyers", people.sleeping_first_buyers, people.FIRST,
                {"zh": "买过一次，睡着了", "en": "They bought once and fell asleep"},
                {"zh": "沉睡的首购会员（超过一个、不到两个预期间隔）",
                 "en": "first-buyers asleep: one to two expected intervals since they bought"},
                {"zh": "按首购品类做回购提醒与复购权益",
                 "en": "Remind them by what they bought; a benefit for the second time"}))),
    Scenario("people_goods_match", {"zh": "人货匹配", "en": "People-goods match"}, (
        _risers("one_category_first_buyers", people.one_category_first_buyers, people.FIRST,
                {"zh": "只认识一个品类", "en": "They know one category only"},
                {"zh": "只买过一个品类的首购会员", "en": "first-buyers who know one category only"},
                {"zh": "推荐最常连带的第二品类", "en": "Recommend the category most often bought second"}),)),
))  # fmt: skip

STRENGTHEN = Campaign("strengthen_touchpoints", {"zh": "增强场域引力", "en": "Strengthen touchpoints"}, "T", (
    Scenario("experience", {"zh": "体验优化", "en": "Experience"}, (
        Action("below_median_settle",
               {"zh": "来的人多，留下关系的少", "en": "Many come, few stay"},
               {"zh": "沉淀率低于各触点中位数的触点里，没有沉淀的新访客",
                "en": "new visitors of touchpoints below the median settle rate who did not settle"},
               {"zh": "走一遍入口到建联的路，减少一步", "en": "Walk from entry to relation and take a step away"},
               JOIN,
               {"zh": "各触点新访客 ×（中位数 − 自身沉淀率）之和 ×（F 人均自购 − 本群人均自购）",
                "en": "sum over these touchpoints of new visitors x (median less own settle rate) x (mean own value in "
                      "F less theirs)"},
               lambda ground: gains.at_places(ground, "settled", "new_visitors")),)),
    Scenario("efficiency", {"zh": "场域提效", "en": "Touchpoint efficiency"}, (
        Action("below_median_convert",
               {"zh": "来的人多，买的少", "en": "Many come, few buy"},
               {"zh": "转化率低于各触点中位数的触点里，没有购买的访客",
                "en": "visitors of touchpoints below the median convert rate who did not buy"},
               {"zh": "换货品组合与承接话术，对照转化最好的触点",
                "en": "Change goods and words there, by the touchpoint that converts best"},
               BUY,
               {"zh": "各触点访客 ×（中位数 − 自身转化率）之和 × 每位被归因买家的支付",
                "en": "sum over these touchpoints of visitors x (median less own convert rate) x amount paid per "
                      "credited buyer"},
               lambda ground: gains.at_places(ground, "converted", "visitors")),)),
))  # fmt: skip

RAISE = Campaign("raise_value", {"zh": "提升关系价值", "en": "Raise value"}, "S", (
    Scenario("clv_matrix", {"zh": "CLV 人群矩阵", "en": "CLV matrix"}, (
        Action("low_value_buyers",
               {"zh": "买得少的那一半买家", "en": "The half of the buyers who buy little"},
               {"zh": "F 中自购价值不高于买家中位数的买家", "en": "buyers in F worth no more than the median buyer"},
               {"zh": "按品类缺口推荐，提升购买频次",
                "en": "Recommend what they lack, to bring them back more often"},
               BUY,
               {"zh": "人数 ×（F 中全体买家本期购买率 − 本群本期购买率）× 本群每位买家本期净额",
                "en": "people x (share of all buyers in F who bought in the period less theirs) x net per buyer of "
                      "theirs"},
               lambda ground: gains.buying(ground, people.low_value_buyers), people.low_value_buyers),)),
    Scenario("referral_fission", {"zh": "传播裂变", "en": "Referral fission"}, (
        Action("spreaders_without_value",
               {"zh": "在传播，没有带来购买", "en": "They spread the word, and it brings no purchase"},
               {"zh": "在传播、但一年内没有带来购买的会员",
                "en": "members who spread and brought no purchase in a year"},
               {"zh": "给可追踪的分享入口与双方权益",
                "en": "Give them a link that can be traced and a benefit for both"},
               BRING,
               {"zh": "人数 × 传播者中带来购买的比例 × 这些人的人均传播价值",
                "en": "people x share of spreading members who brought a purchase x referral value per head of these"},
               lambda ground: gains.sharing(ground, people.spreaders_without_value), people.spreaders_without_value),)),
))  # fmt: skip

CAMPAIGNS: tuple[Campaign, ...] = (EXPAND, DEEPEN, STRENGTHEN, RAISE)

#: What an action rests on beside its driver's figure: without it the action is not measurable.
NEEDS: dict[str, tuple[str, ...]] = {
    "visitors_without_relation": ("entries",),
    "buyers_without_relation": ("buyers",),
    "basic_buyers": ("buyers",),
    "settled_unpurchased": ("buyers",),
    "sleeping_first_buyers": ("buyers",),
    "one_category_first_buyers": ("buyers", "order_lines"),
    "spreaders_without_value": ("referrals",),
    "below_median_settle": ("relations",),
    "below_median_convert": ("buyers",),
}


def campaigns(ground: Ground, lacking: dict[str, str]) -> list[dict[str, Any]]:
    """Every campaign with its sub-scenarios, actions and gains. `lacking`: driver letter -> why there is no figure."""
    shown = []
    for campaign in CAMPAIGNS:
        reason = lacking.get(campaign.raises, "")
        scenarios = [
            {"code": s.code, "name": s.name, "actions": [_action(ground, action, reason) for action in s.actions]}
            for s in campaign.scenarios
        ]
        shown.append({"code": campaign.code, "name": campaign.name, "raises": campaign.raises, "scenarios": scenarios})
    return shown


def _action(ground: Ground, action: Action, reason: str) -> dict[str, Any]:
    reason = reason or measurable.lacking(ground.facts, NEEDS.get(action.code, ()))
    gain = {**Gain(0, reason=reason).as_json(), "people": None} if reason else action.gain(ground).as_json()
    return {"code": action.code, "title": action.title, "who": action.who_text, "do": action.do,
            "more": action.more, "basis": action.basis, **gain}  # fmt: skip
