"""Sentences of the coverage matrix, in Chinese and English: why a question can be answered, or cannot."""

from __future__ import annotations

from collections.abc import Mapping

Words = dict[str, str]


def say(zh: str, en: str) -> Words:
    """A text in both languages."""
    return {"zh": zh, "en": en}


class Reason(Words):
    """The sentence of a code in both languages, with the figures behind it, so that others may write them otherwise:
    whole numbers are counts (of rows, each of which may be one person's), the others shares that rest on them all.

    >>> found = Reason("F", {"held": 1204})
    >>> found["en"], found.written("en", {"held": "many"})
    ('Relations loaded: 1,204.', 'Relations loaded: many.')
    """

    def __init__(self, code: str, figures: Mapping[str, float] | None = None) -> None:
        self.code, self.figures = code, figures or {}
        plain = {name: _plain(figure) for name, figure in self.figures.items()}
        super().__init__({language: self.written(language, plain) for language in REASONS[code]})

    @property
    def counts(self) -> dict[str, int]:
        """The counts among the figures: those of the sentence, and those that its share rests on."""
        return {name: figure for name, figure in self.figures.items() if isinstance(figure, int)}

    def written(self, language: str, figures: Mapping[str, str]) -> str:
        """The sentence in a language with its figures as they are written."""
        return REASONS[self.code][language].format(**figures)


def _plain(figure: float) -> str:
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.0%}"


#: What orders cannot be part of while nobody is known to have placed them.
NAMELESS = say("购买人数、首购复购、RFM、CLV、S、AIPL 的 P 和 L",
               "how many people bought, first and repeat purchases, RFM, CLV, S, P and L of AIPL")

REASONS: dict[str, Words] = {
    "F_none": say("没有任何连接关系（会员、粉丝、好友），F 无法计算。",
                  "No relations (members, followers, friends) are loaded, so F cannot be measured."),
    "F_observed": say("{held} 条连接关系都没有开始时间，只能从首次看到的那天算起。",
                      "None of the {held} relations states its start: each counts from the day it was first seen."),
    "F_unreachable": say("现有关系只能用短信或邮件触达，而没有任何同意记录，F 为 0。",
                         "The relations can be reached by SMS or e-mail only, and no consent is loaded: F is 0."),
    "F": say("已载入 {held} 条连接关系。", "Relations loaded: {held}."),
    "A_none": say("没有连接关系就没有角色，A 无法计算。",
                  "Without relations nobody has a role, so A cannot be measured."),
    "A_members": say("只有会员关系，又没有能对应到人的付款订单：没有人能被看到升级，A 无法计算。",
                     "Memberships alone, and no paid order names its buyer: nobody can be seen to climb, so no A."),
    "A_no_orders": say("没有能对应到人的付款订单，只能看到入会，看不到首购和复购。",
                       "No paid order names its buyer: joining can be seen, purchases cannot."),
    "A_no_members": say("没有会员入会时间，所有人都停在基础私域用户这一级。",
                        "No dated membership is loaded: everybody stands on the lowest rung."),
    "A": say("会员和订单都能对应到人。", "Memberships and orders both name their people."),
    "S_none": say("没有付款订单，S 无法计算。", "No paid orders are loaded, so S cannot be measured."),
    "S_anonymous": say("{paid_orders} 笔付款订单都没有买家标识，只有交易总额，S 无法计算。",
                       "None of the {paid_orders} paid orders names its buyer: totals only, no S."),
    "S_partly": say("付款金额的 {share} 来自没有买家标识的订单，不计入任何人的价值。",
                    "{share} of the paid amount is from orders without a buyer and counts for nobody."),
    "S_no_relations": say("有买家价值，但没有连接关系，无法按角色看 CLV。",
                          "Buyers' value is known, but without relations there is no CLV by role."),
    "S": say("{known_orders} 笔付款订单能对应到人。", "Paid orders that name their buyers: {known_orders}."),
    "S_undated": say("{known_orders} 笔付款订单能对应到人；{undated} 笔的退款没有日期，从首次载入那天起才扣减，"
                     "之前各天的净额未扣。",
                     "Paid orders that name their buyers: {known_orders}; refunds of {undated} have no date and "
                     "are taken off from the day a load first showed them, not on days before."),
    "T_panel": say("只有平台给出的场域日汇总，能看各项比率，不能合并到人。",
                   "Only daily totals of platforms are loaded: rates side by side, nobody followed."),
    "T_none": say("没有行为事件，T 无法计算。", "No events are loaded, so T cannot be measured."),
    "T_no_entries": say("事件里没有带场域的访问（visit、enter、open），T 无法计算。",
                        "No event is a visit (visit, enter, open) of a named touchpoint: T cannot be measured."),
    "T_anonymous": say("场域访问都没有消费者标识，T 无法计算。",
                       "No visit of a touchpoint names its visitor, so T cannot be measured."),
    "T_alone": say("有场域访问，但没有关系和订单，看不到沉淀、加深和转化。",
                   "Visits are known, but no relations or orders that could follow them."),
    "T_no_relations": say("没有连接关系，只看得到转化，看不到沉淀和加深。",
                          "Without relations nobody can be seen to settle or to climb: purchases alone."),
    "T_no_orders": say("没有能对应到人的付款订单，只看得到沉淀和加深，看不到转化。",
                       "No paid order names its buyer: settling and climbing can be seen, purchases cannot."),
    "T_partly": say("{share} 的场域访问没有消费者标识，不计入 T。",
                    "{share} of the visits name no visitor and are not in T."),
    "T": say("已载入 {known_entries} 次有标识的场域访问。",
             "Visits of touchpoints by known people: {known_entries}."),
    "aipl_none": say("没有已知消费者的行为、关系、内容和带买家标识的订单，无法判断 AIPL。",
                     "No relations, no contents, and no events or orders of known people, so no AIPL."),
    "aipl_no_events": say("没有已知消费者的行为事件，看不到认知 A，兴趣 I 只剩会员和粉丝。",
                          "No events of known people: A is unseen, and I is members and followers only."),
    "aipl_no_orders": say("没有能对应到人的订单，看不到购买 P，忠诚 L 只看得到发过好评的人。",
                          "No orders that name their buyers: P is unseen, and L but for those who praised the brand."),
    "aipl_no_relations": say("没有连接关系，兴趣 I 看不到会员和粉丝。",
                             "No relations: members and followers are missing from I."),
    "aipl": say("行为和订单都有，四个状态都能判断。", "Events and orders are loaded: all four states can be told."),
    "referral_none": say("没有邀请或分享记录，传播力无法计算（不是 0）。",
                         "No sharing is loaded: referral value is not measurable (it is not 0)."),
    "referral_no_orders": say("有邀请记录，但没有能对应到人的订单可以归属。",
                              "Sharing is known, but no order that could be credited to it."),
    "referral": say("已载入 {referrals} 条邀请或分享。", "Invitations and clicks loaded: {referrals}."),
    "messages_none": say("没有可用的手机号或邮箱，短信和邮件触达为 0。",
                         "No phone or e-mail is known: nobody can be reached by SMS or e-mail."),
    "messages_recipients": say("只有 {recipient_phones} 个收货手机号，不是买家的，短信触达为 0。",
                               "Only {recipient_phones} recipients' phones are known, not the buyers': no SMS."),
    "messages_no_grants": say("有 {addresses} 个手机号和邮箱，但没有营销同意，短信和邮件触达为 0。",
                              "{addresses} phones and e-mail addresses are known, but no consent: reach is 0."),
    "messages": say("{addresses} 个手机号和邮箱，{grants} 条同意记录。",
                    "Phones and e-mail addresses: {addresses}; grants of consent: {grants}."),
    "buyers_none": say("{paid_orders} 笔付款订单都没有买家标识：金额、时间和商品看得到；"
                       f"{NAMELESS['zh']}不能从中测量。",
                       "None of its {paid_orders} paid orders names its buyer: amounts, times and goods are known; "
                       f"{NAMELESS['en']} are not measurable."),
    "buyers_none_no_goods": say("{paid_orders} 笔付款订单都没有买家标识，也没有商品明细：金额和时间看得到；"
                                f"{NAMELESS['zh']}和商品不能从中测量。",
                                "None of its {paid_orders} paid orders names its buyer, and goods are not listed: "
                                f"amounts and times are known; goods, {NAMELESS['en']} are not measurable."),
    "buyers_partly": say(f"付款金额的 {{share}} 没有买家标识，不进{NAMELESS['zh']}。",
                         f"{{share}} of its paid amount names no buyer and is missing from {NAMELESS['en']}."),
    "buyers": say("{paid_orders} 笔付款订单中 {known_orders} 笔带买家标识。",
                  "{known_orders} of its {paid_orders} paid orders name their buyers."),
    "store_none": say("没有一条关系或订单带门店。", "No relation or order names its store."),
    "store": say("{share} 的关系和付款订单带门店。", "{share} of relations and paid orders name their store."),
    "guide_none": say("没有一条关系或订单带导购。", "No relation or order names its guide."),
    "guide": say("{share} 的关系和付款订单带导购。", "{share} of relations and paid orders name their guide."),
}
