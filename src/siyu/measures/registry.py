"""Every figure of the measure document, declared: its path, unit and the sentence a brand manager would accept.

A path's `*` stands for a role, relation type, channel, touchpoint or state. `siyu metrics` and the reference print
this list; a test holds it equal to the document.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What a figure counts in.
CONSUMERS, RECORDS, SHARE, RUNGS, MONEY = "consumers", "records", "share", "rungs", "money"


@dataclass(frozen=True)
class Metric:
    """One figure: path in the document, what it counts in, what it means. Money is in minor units."""

    path: str
    unit: str
    meaning: str

    @property
    def indicator(self) -> str:
        """`fast_plus.F` and so on."""
        return ".".join(self.path.split(".")[:2])


F, A, T, S = (f"fast_plus.{letter}" for letter in "FATS")

METRICS: tuple[Metric, ...] = (
    Metric(f"{F}.sustainable_relationships", CONSUMERS,
           "Hold at least one relation at the end of the day and can be reached by at least one channel (F)."),
    Metric(f"{F}.relation_gross", CONSUMERS, "Hold at least one relation, reachable or not."),
    Metric(f"{F}.unreachable", CONSUMERS, "Hold a relation and cannot be reached: gross less F."),
    Metric(f"{F}.relationship_records", RECORDS, "Distinct consumer, relation type and touchpoint; reach not tested."),
    Metric(f"{F}.pushable", CONSUMERS, "Of F, with SMS, e-mail, WeCom, group or subscription open."),
    Metric(f"{F}.proven_180d", CONSUMERS, "Of F, with an event, a purchase or a content in the last 180 days."),
    Metric(f"{F}.basic_buyers", CONSUMERS, "Of the basic rung, those who have bought: fans who buy without joining."),
    Metric(f"{F}.new", CONSUMERS, "In F at the closing and not at the opening."),
    Metric(f"{F}.lost", CONSUMERS, "In F at the opening and not at the closing."),
    Metric(f"{F}.by_role.*", CONSUMERS, "F by rung of the ladder."),
    Metric(f"{F}.by_relation_type.*", CONSUMERS, "Of F, those who hold this type of relation (they overlap)."),
    Metric(f"{F}.by_channel.*", CONSUMERS, "Of F, those with this channel open (they overlap)."),
    Metric(f"{A}.value", SHARE, "Of those who could climb a rung, the share that did in the window: deepened / eligible."),
    Metric(f"{A}.deepened", CONSUMERS, "Stand on a higher rung at the closing than at the opening."),
    Metric(f"{A}.eligible", CONSUMERS, "Had a role below the top rung at the opening."),
    Metric(f"{A}.base", CONSUMERS, "Had a role at the opening."),
    Metric(f"{A}.weighted", RUNGS, "Rungs climbed / eligible: two rungs count twice."),
    Metric(f"{A}.steps.basic_up", SHARE, "Of the basic rung at the opening, the share that rose."),
    Metric(f"{A}.steps.member_unpurchased_up", SHARE, "Of members without purchase at the opening, the share that rose."),
    Metric(f"{A}.steps.member_first_up", SHARE, "Of first-purchase members at the opening, the share that rose."),
    Metric(f"{A}.steps.member_repeat_up", SHARE, "Of repeat members at the opening, the share that became KOC."),
    Metric(f"{A}.shallowing_rate", SHARE, "Of the base, the share that fell a rung and stayed in F."),
    Metric(f"{A}.relation_churn_rate", SHARE, "Of the base, the share that left F."),
    Metric(f"{T}.value", SHARE, "Of the visitors of all touchpoints together, the share that progressed: settled, "
                                "deepened or bought, credited to their last entry."),
    Metric(f"{T}.visitors", CONSUMERS, "Entered any touchpoint in the window."),
    Metric(f"{T}.progressed", CONSUMERS, "Of the visitors, settled, deepened or converted."),
    Metric(f"{T}.by_touchpoint.*.visitors", CONSUMERS, "Entered the touchpoint in the window."),
    Metric(f"{T}.by_touchpoint.*.new_visitors", CONSUMERS, "Of the visitors, without a relation at their first entry."),
    Metric(f"{T}.by_touchpoint.*.eligible", CONSUMERS, "Of the visitors, with a role below KOC at their first entry."),
    Metric(f"{T}.by_touchpoint.*.settled", CONSUMERS, "Of the new visitors, began a relation within 24 h of an entry here."),
    Metric(f"{T}.by_touchpoint.*.deepened", CONSUMERS, "Of the eligible, climbed a rung within 7 days of an entry here."),
    Metric(f"{T}.by_touchpoint.*.converted", CONSUMERS, "Of the visitors, bought within a day of an entry here."),
    Metric(f"{T}.by_touchpoint.*.progressed", CONSUMERS, "Settled, deepened or converted; each consumer once."),
    Metric(f"{T}.by_touchpoint.*.value", SHARE, "Progressed / visitors: the touchpoint's gravity (T)."),
    Metric(f"{T}.by_touchpoint.*.settle_rate", SHARE, "Settled / new visitors."),
    Metric(f"{T}.by_touchpoint.*.deepen_rate", SHARE, "Deepened / eligible."),
    Metric(f"{T}.by_touchpoint.*.convert_rate", SHARE, "Converted / visitors."),
    Metric(f"{T}.by_touchpoint.*.uv_value", MONEY, "Paid (gross) of the credited purchases / visitors."),
    Metric(f"{S}.own_total", MONEY, "Net paid in the last 365 days by known consumers: purchases less refunds."),
    Metric(f"{S}.anonymous_total", MONEY, "The same of orders that name no consumer; beside own_total, in no person's value."),
    Metric(f"{S}.propagation_total", MONEY, "Of own_total, credited to a consumer who shared. Never added to it: it stands there once already."),
    Metric(f"{S}.clv_mean", MONEY, "Mean over F of own value + value brought by sharing."),
    Metric(f"{S}.clv_median", MONEY, "Median of the same."),
    Metric(f"{S}.clv_p90", MONEY, "90th percentile of the same."),
    Metric(f"{S}.by_role.*.consumers", CONSUMERS, "F by rung."),
    Metric(f"{S}.by_role.*.own_total", MONEY, "Net paid by the rung's consumers."),
    Metric(f"{S}.by_role.*.referral_total", MONEY, "Net paid by others, credited to the rung's consumers."),
    Metric(f"{S}.by_role.*.clv_mean", MONEY, "Mean value of the rung's consumers."),
    Metric("fast.fertility", CONSUMERS, "In any state of AIPL (FAST-F)."),
    Metric("fast.advancing", SHARE, "Of all in AIPL seven days ago, the share whose state rose (FAST-A)."),
    Metric("fast.advancing_eligible", SHARE, "The same over those who could rise (A, I, P)."),
    Metric("fast.superiority", CONSUMERS, "Active members (FAST-S)."),
    Metric("fast.thriving_30d", SHARE, "Of the members, active in the last 30 days (FAST-T)."),
    Metric("fast.thriving_180d", SHARE, "Of the members, active in the last 180 days."),
    Metric("fast.aipl.*", CONSUMERS, "By state: awareness, interest, purchase, loyalty."),
)  # fmt: skip
BY_PATH = {metric.path: metric for metric in METRICS}
