"""Which questions the loaded files can answer, and the export each open one waits for. Counts in, answers out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from siyu.sources.coverage.reasons import Reason, Words, say
from siyu.sources.coverage.tally import Sold, Tally

YES, PARTLY, NO = "yes", "partly", "no"
#: Below this share of the amount, anonymous orders are dust.
DUST = 0.05
#: A split stands, and visits speak, when so many of the rows name whom or what they belong to.
MOST = 0.8


@dataclass(frozen=True)
class Answer:
    """Whether a question can be answered, the code of the reason, and the export that would change it ('' = none).

    values: the figures of the reason, and the counts that a share among them rests on.
    """

    answer: str
    code: str
    export: str = ""
    values: dict[str, float] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        """Why, in one sentence."""
        return Reason(self.code, self.values)


@dataclass(frozen=True)
class Question:
    """Something a brand wants to know. `weight`: how much an answer is worth when the next export is chosen."""

    code: str
    title: Words
    weight: int
    of: Callable[[Tally], Answer]


@dataclass(frozen=True)
class Export:
    """Something a brand can download, and why it would help."""

    code: str
    title: Words
    why: Words


def fertile(t: Tally) -> Answer:
    """F: relations, and channels that are open."""
    if not t.held:
        return Answer(NO, "F_none", "relations")
    if t.observed_relations == t.held:
        return Answer(PARTLY, "F_observed", "relations", {"held": t.held})
    if t.grants_only == t.held and not t.grants:
        return Answer(PARTLY, "F_unreachable", "consents")
    return Answer(YES, "F", values={"held": t.held})


def deepening(t: Tally) -> Answer:
    """A: a ladder to climb."""
    if not t.held:
        return Answer(NO, "A_none", "relations")
    if not t.known_orders and t.memberships == t.held:
        return Answer(NO, "A_members", _orders_or_buyers(t))
    if not t.known_orders:
        return Answer(PARTLY, "A_no_orders", _orders_or_buyers(t))
    if not t.memberships:
        return Answer(PARTLY, "A_no_members", "members")
    return Answer(YES, "A")


def worth(t: Tally) -> Answer:
    """S: orders that name their buyers."""
    if not t.paid_orders:
        return Answer(NO, "S_none", "orders")
    if not t.known_orders:
        return Answer(NO, "S_anonymous", "buyers", {"paid_orders": t.paid_orders})
    if t.anonymous_share > DUST:
        return Answer(PARTLY, "S_partly", "buyers", {"share": t.anonymous_share, **_paid(t)})
    if not t.held:
        return Answer(PARTLY, "S_no_relations", "relations")
    if t.undated_refunds:
        return Answer(YES, "S_undated", values={**_paid(t), "undated": t.undated_refunds})
    return Answer(YES, "S", values=_paid(t))


def gravity(t: Tally) -> Answer:
    """T: entries of touchpoints by known people."""
    if not t.known_entries:
        return _no_gravity(t)
    if not t.held and not t.known_orders:
        return Answer(NO, "T_alone", "relations")
    if not t.held:
        return Answer(PARTLY, "T_no_relations", "relations")
    if not t.known_orders:
        return Answer(PARTLY, "T_no_orders", _orders_or_buyers(t))
    if t.known_entries < MOST * t.entries:
        nobody = t.entries - t.known_entries
        values = {"share": nobody / t.entries, "known_entries": t.known_entries, "anonymous_entries": nobody}
        return Answer(PARTLY, "T_partly", "events", values)
    return Answer(YES, "T", values={"known_entries": t.known_entries})


def _no_gravity(t: Tally) -> Answer:
    if t.panel_days:
        return Answer(PARTLY, "T_panel", "events")
    if not t.events:
        return Answer(NO, "T_none", "events")
    return Answer(NO, "T_anonymous" if t.entries else "T_no_entries", "events")


def aipl(t: Tally) -> Answer:
    """AIPL: events for A and I, orders for P and L."""
    if not t.known_orders:
        seen = t.known_events or t.held or t.contents
        return Answer(PARTLY if seen else NO, "aipl_no_orders" if seen else "aipl_none", _orders_or_buyers(t))
    if not t.known_events:
        return Answer(PARTLY, "aipl_no_events", "events")
    if not t.held:
        return Answer(PARTLY, "aipl_no_relations", "relations")
    return Answer(YES, "aipl")


def referral(t: Tally) -> Answer:
    """Referral value: sharing, and purchases to credit."""
    if not t.referrals:
        return Answer(NO, "referral_none", "referrals")
    if not t.known_orders:
        return Answer(NO, "referral_no_orders", _orders_or_buyers(t))
    return Answer(YES, "referral", values={"referrals": t.referrals})


def messages(t: Tally) -> Answer:
    """Reach by SMS and e-mail: an address and a grant."""
    addresses = t.phones + t.emails
    if not addresses and t.recipient_phones:
        return Answer(NO, "messages_recipients", "members", {"recipient_phones": t.recipient_phones})
    if not addresses:
        return Answer(NO, "messages_none", "members")
    if not t.grants:
        return Answer(NO, "messages_no_grants", "consents", {"addresses": addresses})
    return Answer(YES, "messages", values={"addresses": addresses, "grants": t.grants})


def by_store(t: Tally) -> Answer:
    """Splits by store."""
    return _split("store", t.relation_stores + t.order_stores, t.held + t.paid_orders)


def by_guide(t: Tally) -> Answer:
    """Splits by guide."""
    return _split("guide", t.relation_guides + t.order_guides, t.held + t.paid_orders)


def named(sold: Sold) -> Answer:
    """Of one platform: whether its orders name their buyers."""
    values = {**_paid(sold), "share": sold.anonymous_amount / sold.paid_amount}
    if sold.anonymous_orders == sold.paid_orders:
        return Answer(NO, "buyers_none" if sold.order_lines else "buyers_none_no_goods", "buyers", values)
    if values["share"] > DUST:
        return Answer(PARTLY, "buyers_partly", "buyers", values)
    return Answer(YES, "buyers", values=values)


def _split(name: str, named: int, rows: int) -> Answer:
    if not named:
        return Answer(NO, f"{name}_none", "relations")
    share = named / rows
    values = {"share": share, "named": named, "unnamed": rows - named}
    return Answer(YES if share >= MOST else PARTLY, name, "" if share >= MOST else "relations", values)


def _paid(t: Tally | Sold) -> dict[str, int]:
    """Paid orders: all, those that name their buyers, and the others."""
    return {"paid_orders": t.paid_orders, "known_orders": t.known_orders, "anonymous_orders": t.anonymous_orders}


def _orders_or_buyers(t: Tally) -> str:
    """Orders without buyers are loaded: those with buyers are what is wanted."""
    return "buyers" if t.paid_orders else "orders"


QUESTIONS: tuple[Question, ...] = (
    Question("F", say("可持续运营私域关系数 F", "Sustainable relationships (F)"), 4, fertile),
    Question("A", say("角色关系加深效率 A", "Role-deepening efficiency (A)"), 3, deepening),
    Question("S", say("角色关系价值 S", "Relationship value (S)"), 3, worth),
    Question("T", say("场域引力 T", "Touchpoint gravity (T)"), 3, gravity),
    Question("aipl", say("AIPL 人群", "AIPL"), 1, aipl),
    Question("referral_value", say("传播力", "Referral value"), 1, referral),
    Question("sms_email", say("短信与邮件触达", "Reach by SMS and e-mail"), 2, messages),
    Question("by_store", say("按门店拆分", "Split by store"), 0, by_store),
    Question("by_guide", say("按导购拆分", "Split by guide"), 0, by_guide),
)

EXPORTS: tuple[Export, ...] = (
    Export("relations", say("会员、粉丝、企微好友名单", "the lists of members, followers and WeCom friends"),
           say("有了带开始时间的关系名单，才能知道有多少人可以持续运营。",
               "With dated relations it is known how many people the brand can keep in touch with.")),
    Export("orders", say("订单导出", "the export of orders"),
           say("有了订单，才能看到首购、复购和每个人的价值。",
               "With orders, first and repeat purchases and each person's value can be seen.")),
    Export("buyers", say("带买家标识的订单（例如有赞订单，或含会员名的天猫订单）",
                         "orders that name their buyers (Youzan's, or Tmall's with the member name)"),
           say("现有订单没有买家标识，金额无法对应到人。", "Orders loaded so far name no buyer and count for nobody.")),
    Export("members", say("会员名单（手机号、入会时间）", "the list of members (phone, date of joining)"),
           say("有了手机号和入会时间，才能触达，角色阶梯才有会员这几级。",
               "With phones and dates of joining, people can be reached and the ladder has its upper rungs.")),
    Export("events", say("小程序或网站的访问记录（场域、时间、标识）",
                         "visits of mini program or site (touchpoint, time, identifier)"),
           say("有了访问记录，才能看到哪个场域在沉淀、加深和转化。",
               "With visits it is seen which touchpoint settles, deepens and converts.")),
    Export("consents", say("营销同意记录，或用 siyu consent declare 声明", "consents, or `siyu consent declare`"),
           say("有手机号但没有同意，就不能发短信；会员协议里的同意可以声明。",
               "Phones without consent cannot be written to; consent in a member agreement can be declared.")),
    Export("referrals", say("邀请与分享记录", "invitations and shares"),
           say("有了邀请记录，才能看到谁带来了谁。", "With invitations it is seen who brought whom.")),
)
