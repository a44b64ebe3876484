"""The figures of the document `siyu measure --json`: names, unit, window and meaning of each, as data.

`code` is a figure's path in the document and in the table `measure_result`.
"""

from __future__ import annotations

from siyu.measures.fast import fast
from siyu.measures.fast_plus.capital import capital
from siyu.measures.fast_plus.connection import connection
from siyu.measures.fast_plus.conversion import conversion
from siyu.measures.fast_plus.value import value
from siyu.measures.metric import Figure, Unit


def _f(name: str, zh: str, en: str, meaning: str, unit: Unit = "consumers", window: str = "as of the day") -> Figure:
    return Figure(f"fast_plus.F.{name}", zh, en, unit, window, meaning, capital)


def _a(name: str, zh: str, en: str, meaning: str, unit: Unit = "share") -> Figure:
    return Figure(f"fast_plus.A.{name}", zh, en, unit, "the period", meaning, conversion)


def _t(name: str, zh: str, en: str, meaning: str, unit: Unit = "share") -> Figure:
    return Figure(f"fast_plus.T.{name}", zh, en, unit, "entries of the period", meaning, connection)


def _s(name: str, zh: str, en: str, meaning: str) -> Figure:
    return Figure(f"fast_plus.S.{name}", zh, en, "minor units", "value.days", meaning, value)


def _fast(name: str, zh: str, en: str, unit: Unit, window: str, meaning: str) -> Figure:
    return Figure(f"fast.{name}", zh, en, unit, window, meaning, fast)


FIGURES: tuple[Figure, ...] = (
    _f("sustainable_relationships", "可持续运营私域关系数", "Sustainable relationships",
       "Consumers who hold a relation and can be reached through at least one channel."),
    _f("relation_gross", "私域关系总人数", "Consumers with a relation",
       "Consumers who hold a relation, reached or not."),
    _f("unreachable", "不可触达人数", "Unreachable", "Consumers who hold a relation but no open channel."),
    _f("relationship_records", "关系记录数", "Relationship records",
       "Distinct consumer, relation type and touchpoint of all relations held.", "relations"),
    _f("pushable", "可主动触达人数", "Pushable",
       "Of F, those with sms, email, wecom, group or subscription open."),
    _f("proven_180d", "近180天有行为人数", "Proven in 180 days",
       "Of F, those with an event, a purchase or a content in the last 180 days."),
    _f("basic_buyers", "未入会购买者", "Basic buyers",
       "Basic consumers with at least one purchase: they buy without joining."),
    _f("new", "新增关系人数", "New in F", "In F at the end of the period and not at its start.", window="the period"),
    _f("lost", "流失关系人数", "Lost from F",
       "In F at the start of the period and not at its end.", window="the period"),
    _f("by_role", "各角色人数", "F by role", "Consumers in F on each rung of the ladder."),
    _f("by_relation_type", "各关系类型人数", "F by relation type", "Consumers in F who hold each type of relation."),
    _f("by_channel", "各触达通道人数", "F by channel", "Consumers in F with each channel open."),
    _a("value", "角色关系加深效率", "Role-deepening efficiency",
       "Of the consumers below the top rung at the start of the period, the share who stand higher at its end."),
    _a("deepened", "加深人数", "Deepened", "Consumers who stand higher at the end than at the start.", "consumers"),
    _a("eligible", "可加深人数", "Eligible", "Consumers with a role below the top rung at the start.", "consumers"),
    _a("base", "期初角色人数", "Base", "Consumers with a role at the start.", "consumers"),
    _a("weighted", "加权加深效率", "Weighted deepening", "Rungs climbed per eligible consumer.", "rungs"),
    _a("steps", "分级加深率", "Step rates", "Share of each rung at the start that rose."),
    _a("shallowing_rate", "关系变浅率", "Shallowing rate", "Share of the base that fell but is still in F."),
    _a("relation_churn_rate", "关系流失率", "Relation churn rate", "Share of the base that left F."),
    _a("transitions", "角色流转", "Transitions", "Consumers by role at the start and at the end.", "consumers"),
    _t("value", "场域引力", "Touchpoint gravity",
       "Of the visitors of all touchpoints, the share who settled, deepened or converted by the last entered."),
    _t("visitors", "进店人数", "Visitors", "Consumers who entered any touchpoint.", "consumers"),
    _t("progressed", "推进人数", "Progressed", "Visitors who settled, deepened or converted.", "consumers"),
    _t("by_touchpoint", "各场域引力", "Gravity by touchpoint",
       "Visitors, settle, deepen and convert rates, their union and paid amount per visitor, for each touchpoint."),
    _s("own_total", "已实现价值合计", "Own value",
       "Net amount of the purchases of known consumers: the brand's revenue from them."),
    _s("anonymous_total", "匿名订单净额", "Anonymous value", "Net amount of purchases that name nobody."),
    _s("propagation_total", "传播价值合计", "Propagation value",
       "Net amount of purchases brought by sharing; they are part of own value too, so the two are never added."),
    _s("clv_mean", "人均关系价值", "Mean relationship value", "Own plus referral value per consumer in F."),
    _s("clv_median", "关系价值中位数", "Median relationship value",
       "Half of the consumers in F are worth at least this."),
    _s("clv_p90", "关系价值90分位", "90th percentile of value",
       "A tenth of the consumers in F are worth at least this."),
    _s("by_role", "各角色价值", "Value by role", "Own and referral value of the consumers on each rung."),
    _fast("fertility", "人群总量 (FAST-F)", "Fertility", "consumers", "as of the day",
       "Consumers with any AIPL state."),
    _fast("advancing", "关系加深率 (FAST-A)", "Advancing", "share", "7 days",
          "Consumers whose AIPL state rose / all with a state at the start."),
    _fast("advancing_eligible", "可加深人群加深率", "Advancing of those who can", "share", "7 days",
          "The same over those in A, I and P at the start."),
    _fast("superiority", "会员总量 (FAST-S)", "Superiority", "consumers", "as of the day", "Active members."),
    _fast("thriving_30d", "会员活跃率 30天 (FAST-T)", "Thriving 30 days", "share", "30 days",
          "Members who added to cart, favourited, claimed a benefit, interacted or bought / members."),
    _fast("thriving_180d", "会员活跃率 180天 (FAST-T)", "Thriving 180 days", "share", "180 days",
          "The same in 180 days."),
    _fast("aipl", "AIPL 人群", "AIPL", "consumers", "as of the day", "Consumers by their highest state."),
)  # fmt: skip
