"""The fact contract: the kinds of rows siyu takes, their columns, their keys.

A kind is data. Readers, mappings, tables, docs and the simulator all read this one declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["text", "instant", "date", "money", "integer", "number", "flag", "json"]
#: How sensitive a column is, the least first (store.tables.LEVELS says what each means).
Level = Literal["public", "internal", "personal", "sensitive"]


@dataclass(frozen=True)
class Field:
    """One column of a kind. `by_day` fields also give a `<stem>_day` column: the business day of the instant."""

    name: str
    type: FieldType
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()
    by_day: bool = False
    free_text: bool = False  # written by people: phones and e-mails inside are masked before storage
    label: bool = False  # tells things of one sort apart: a phone or e-mail inside becomes a mark of its own
    marked: bool = False  # an id of the record's own: it is told by it as it came, and kept as a label
    not_negative: bool = False  # an amount that runs one way: a minus before it is a mistake of the file
    level: Level | None = None  # None: as its kind; free text is sensitive, for nobody knows what people write

    @property
    def column(self) -> str:
        """Name in the table; a file's own `source` stands as `stated_source` beside the lineage's `source`."""
        return "stated_source" if self.name == "source" else self.name

    @property
    def day_column(self) -> str:
        """`paid_at` -> `paid_day`; dates (`launched_at`, `starts_on`, `date`) are days themselves."""
        return self.name.removesuffix("_at") + "_day"


@dataclass(frozen=True)
class Kind:
    """A kind of fact: columns, key, and who stands on the record.

    persons: column prefixes under which `id.<namespace>` columns stand ('' or 'inviter.'/'invitee.').
    anonymous: a row without any identifier is still a fact (it counts in totals and in no person's measure).
    accounting: the law keeps it when its person is erased; it stays, anonymous.
    """

    name: str
    meaning: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    persons: tuple[str, ...] = ("",)
    anonymous: bool = False
    accounting: bool = False

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    @property
    def person_columns(self) -> tuple[str, ...]:
        """Table columns that hold the primary identifier of each person on the record."""
        return tuple(prefix.replace(".", "_") + "identifier_id" for prefix in self.persons)


def _text(name: str, meaning: str, **kw) -> Field:
    return Field(name, "text", meaning, **kw)


def _label(name: str, meaning: str, **kw) -> Field:
    return _text(name, meaning, label=True, **kw)


def _at(name: str, meaning: str, **kw) -> Field:
    return Field(name, "instant", meaning, **{"by_day": True, **kw})


def _money(name: str, meaning: str, **kw) -> Field:
    return Field(name, "money", meaning, **kw)


def _count(name: str, meaning: str) -> Field:
    return Field(name, "integer", meaning)


PLATFORM = _label("platform", "Where the record comes from: tmall, jd, douyin, youzan, wecom, site, store ...")
STORE = _label("store", "Store or shop of the record.")
TOUCHPOINT = _label("touchpoint", "Where brand and consumer met.")
CAMPAIGN = _label("campaign", "Campaign the record belongs to.")
GUIDE = _label("guide", "Store associate bound to the record.")

ORDERS = Kind(
    "orders",
    "Orders, paid or not; money as the buyer paid it, refunds apart.",
    (
        _text("order_id", "The order's number on its platform.", required=True),
        PLATFORM,
        STORE,
        _at("ordered_at", "When the order was placed."),
        _at("paid_at", "When it was paid; empty = unpaid."),
        _money("paid_amount", "What the buyer paid at payment, refunds not deducted.", required=True,
               not_negative=True),
        _money("refund_amount", "Total refunded as the export knew it; rows of `refunds` win over it.",
               not_negative=True),
        _at("refunded_at", "When `refund_amount` was refunded; empty = dated by the load (observed)."),
        TOUCHPOINT,
        CAMPAIGN,
        _label("coupon", "Coupon used."),
        GUIDE,
        Field("is_test", "flag", "A test order counts nowhere."),
    ),
    ("order_id",),
    anonymous=True,
    accounting=True,
)
ORDER_LINES = Kind(
    "order_lines",
    "Lines of orders: what was bought.",
    (
        _text("order_id", "The order's number on its platform.", required=True),
        PLATFORM,
        _text("line_no", "Number of the line inside its order.", required=True),
        _text("sku", "Stock keeping unit."),
        _label("product", "Product name."),
        _label("category", "Product category."),
        Field("quantity", "number", "Pieces; negative on a line that takes back an earlier one.", required=True),
        _money("paid_amount", "Paid for the line.", required=True),
        Field("unit_price", "number", "Price of one piece in currency units, as printed (may have more decimals)."),
        _at("occurred_at", "When the line was written, for exports that date lines."),
        Field("takes_back", "flag", "The line cancels an earlier one that it does not name."),
    ),
    ("order_id", "line_no"),
    anonymous=True,
    accounting=True,
)
REFUNDS = Kind(
    "refunds",
    "Refunds of orders.",
    (
        _text("refund_id", "The refund's number.", required=True),
        _text("order_id", "The order refunded.", required=True),
        PLATFORM,
        _at("refunded_at", "When the money went back.", required=True),
        _money("refund_amount", "How much went back.", required=True, not_negative=True),
    ),
    ("refund_id",),
    persons=(),
    anonymous=True,
    accounting=True,
)
RELATIONS = Kind(
    "relations",
    "Relations a consumer holds with the brand, as intervals [started_at, ended_at).",
    (
        _label("relation_type", "member, fan, group_member, dedicated_service ...", required=True),
        TOUCHPOINT,
        PLATFORM,
        STORE,
        _at("started_at", "When it began (required unless a snapshot).", required=True),
        _at("ended_at", "When it ended; empty = still held."),
        CAMPAIGN,
        Field("paid_media", "flag", "Won through paid media."),
        _label("source_domain", "public or private domain it came from."),
        GUIDE,
        _label("group", "Group chat, for group members."),
    ),
    ("relation_type", "touchpoint", "identifier_id", "started_at", "group"),
)
RELATION_ENDS = Kind(
    "relation_ends",
    "Ends of relations told apart from starts, by who knows none: each of `relations` ends at the first after.",
    (
        _label("relation_type", "The type that ends.", required=True),
        _label("touchpoint", "At which; empty = at any."),
        _label("platform", "Where; empty = anywhere."),
        _label("store", "In which store; empty = in any."),
        _at("ended_at", "When it ended.", required=True),
        _label("guide", "With which store associate; empty = with any."),
        _label("group", "Which group chat; empty = any."),
    ),
    ("relation_type", "touchpoint", "store", "identifier_id", "ended_at", "guide", "group"),
)
EVENTS = Kind(
    "events",
    "What consumers did at touchpoints.",
    (
        _text("event_id", "The event's own id; without one, a hash of its values is the key. A phone or an e-mail "
              "address inside is kept as a mark.", marked=True),
        _at("occurred_at", "When it happened.", required=True),
        _label("name", "visit, enter, open, view, click, add_to_cart, favorite, interact ...", required=True),
        TOUCHPOINT,
        PLATFORM,
        _text("domain", "public or private.", choices=("public", "private")),
        Field("paid_media", "flag", "Came through paid media."),
        CAMPAIGN,
        STORE,
        _text("content_id", "Content or live session."),
        Field("properties", "json", "Anything else, as JSON; what stands under the name of a person is left out.",
              free_text=True),
    ),
    ("event_id",),
    anonymous=True,
)
CONSENTS = Kind(
    "consents",
    "Grants and withdrawals of consent, per identifier, purpose and channel.",
    (
        _at("occurred_at", "When it was given or withdrawn.", required=True),
        _label("purpose", "marketing, personalization (a withdrawal keeps a person off lists that a model scores), "
              "share_third_party, sensitive, cross_border ...", required=True),
        _label("channel", "Channel it speaks for; empty = all channels."),
        _text("action", "grant or withdraw.", required=True, choices=("grant", "withdraw")),
        _label("source", "Where it was given."),
        _label("notice_version", "Version of the notice shown."),
    ),
    ("identifier_id", "purpose", "channel", "occurred_at", "action"),
)
REFERRALS = Kind(
    "referrals",
    "Sharing: who invited whom.",
    (
        _at("occurred_at", "When it was accepted or clicked.", required=True),
        _text("kind", "accepted or click.", required=True, choices=("accepted", "click")),
        CAMPAIGN,
        TOUCHPOINT,
    ),
    ("occurred_at", "kind", "inviter_identifier_id", "invitee_identifier_id"),
    persons=("inviter.", "invitee."),
)
CONTENTS = Kind(
    "contents",
    "Reviews and other content consumers made.",
    (
        _at("occurred_at", "When it was published.", required=True),
        _label("kind", "review, ugc ..."),
        Field("approved", "flag", "Passed moderation."),
        Field("positive", "flag", "Speaks well of the brand."),
    ),
    ("identifier_id", "occurred_at", "kind"),
)
MEMBERS = Kind(
    "members",
    "The member list: profile attributes; also gives the `member` relation and links.",
    (
        PLATFORM,
        STORE,
        _at("joined_at", "When the membership began; empty = no dated membership."),
        _at("left_at", "When it ended; empty = still a member."),
        _label("tier", "Membership level."),
        _label("birthday_month", "Month of birth, 1-12.", level="sensitive"),
        _label("city", "City."),
        _label("gender", "As the platform states it.", level="sensitive"),
        _count("points", "Points balance as the platform shows it."),
        _count("growth", "Growth value as the platform shows it."),
        GUIDE,
        _label("source_channel", "How the consumer came to be known."),
        Field("attributes", "json", "Other attributes, as JSON; what stands under the name of a person is left out.",
              free_text=True),
    ),
    ("identifier_id",),
)
PRODUCTS = Kind(
    "products",
    "The catalogue.",
    (
        _text("sku", "Stock keeping unit.", required=True, level="public"),
        _label("name", "Name.", level="public"),
        _label("category", "Category.", level="public"),
        Field("launched_at", "date", "Day of launch.", level="public"),
        _money("price", "List price.", level="public"),
        _money("cost", "Unit cost."),
    ),
    ("sku",),
    persons=(),
    anonymous=True,
)
SPEND = Kind(
    "spend",
    "Media and campaign spend by day.",
    (
        Field("date", "date", "Day of the spend.", required=True),
        TOUCHPOINT,
        _label("campaign", "Campaign.", required=True),
        _money("amount", "Money spent.", required=True),
        Field("paid_media", "flag", "Paid media."),
    ),
    ("date", "touchpoint", "campaign"),
    persons=(),
    anonymous=True,
)
BENCHMARKS = Kind(
    "benchmarks",
    "What an industry reaches.",
    (
        _text("metric", "Metric code.", required=True, level="public"),
        _text("industry", "Industry.", level="public"),
        _text("period", "Period, as printed.", level="public"),
        Field("median", "number", "Median of the industry.", level="public"),
        Field("excellent", "number", "What the excellent reach.", level="public"),
        _text("source", "Who says so.", level="public"),
    ),
    ("metric", "industry", "period", "source"),
    persons=(),
    anonymous=True,
)
TARGETS = Kind(
    "targets",
    "What the brand wants to reach.",
    (
        _text("metric", "Metric code.", required=True),
        _text("scope", "Part of the brand; empty = the whole."),
        _text("period", "Period, as printed.", required=True),
        Field("value", "number", "Target value.", required=True),
    ),
    ("metric", "scope", "period"),
    persons=(),
    anonymous=True,
)
TOUCHPOINT_DAILY = Kind(
    "touchpoint_daily",
    "What a platform's own panel says of a touchpoint and day; no persons.",
    (
        Field("date", "date", "Day.", required=True),
        PLATFORM,
        STORE,
        _label("touchpoint", "Where brand and consumer met.", required=True),
        _label("source_domain", "public or private."),
        _text("content_id", "Content or live session."),
        *(_count(n, n.replace("_", " ").capitalize() + ", as the panel counts them.") for n in (
            "visitors", "new_visitors", "new_fans", "new_members", "buyers", "orders")),
        _money("paid_amount", "Paid, as the panel sums it."),
        _money("spend", "Spend, as the panel sums it."),
        _count("impressions", "Impressions."),
        _count("clicks", "Clicks."),
    ),
    ("date", "store", "touchpoint", "source_domain", "content_id"),
    persons=(),
    anonymous=True,
)
REPORTED_METRICS = Kind(
    "reported_metrics",
    "Figures another system shows, for reconciliation.",
    (
        _text("metric", "Metric code.", required=True),
        _text("platform", "Where it is shown.", required=True),
        STORE,
        Field("date", "date", "Day it stands for.", required=True),
        Field("value", "number", "The figure shown.", required=True),
        _text("source", "Screen or report it was read from."),
    ),
    ("metric", "store", "date", "source"),
    persons=(),
    anonymous=True,
)
FEEDBACK = Kind(
    "feedback",
    "Scores, complaints and reasons consumers gave.",
    (
        _at("occurred_at", "When it was given.", required=True),
        _text("kind", "nps, csat, dsr, complaint, return_reason.", required=True,
              choices=("nps", "csat", "dsr", "complaint", "return_reason")),
        Field("score", "number", "Score on the kind's own scale."),
        _text("text", "What was said.", free_text=True),
        TOUCHPOINT,
        _text("order_id", "Order it is about."),
        _at("resolved_at", "When it was settled."),
    ),
    ("identifier_id", "occurred_at", "kind"),
)
PROMOTIONS = Kind(
    "promotions",
    "Promotions and their warm-up.",
    (
        _label("promotion", "Name.", required=True),
        Field("starts_on", "date", "First day.", required=True),
        Field("ends_on", "date", "Last day.", required=True),
        Field("warmup_from", "date", "First day of the warm-up."),
    ),
    ("promotion",),
    persons=(),
    anonymous=True,
)

KINDS: tuple[Kind, ...] = (
    ORDERS, ORDER_LINES, REFUNDS, RELATIONS, RELATION_ENDS, EVENTS, CONSENTS, REFERRALS, CONTENTS, MEMBERS, PRODUCTS,
    SPEND, BENCHMARKS, TARGETS, TOUCHPOINT_DAILY, REPORTED_METRICS, FEEDBACK, PROMOTIONS,
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}

#: Instants of what has happened; what is planned (a start of a campaign) and what ends may lie ahead.
PAST = ("ordered_at", "paid_at", "refunded_at", "started_at", "joined_at", "occurred_at")

#: Dates that a load gives where a mapping has none (observed): the day it first saw the thing.
OBSERVED_DATES = {"relations": "started_at", "refunds": "refunded_at"}

#: Relation types and the channels each opens (definitions.md section 1.2).
CHANNELS_OF_RELATION: dict[str, tuple[str, ...]] = {
    "member": ("sms", "email", "member_center"),
    "offline_member": ("sms", "email"),
    "fan": ("subscription",),
    "live_follow": ("live",),
    "group_member": ("group",),
    "dedicated_service": ("wecom",),
    "miniprogram_user": (),
}
CHANNELS = ("sms", "email", "member_center", "subscription", "live", "group", "wecom")
#: Purposes that a consent may be for.
PURPOSES = ("marketing", "personalization", "share_third_party", "sensitive", "cross_border")
#: Channels that need an explicit grant, and the identifier namespace a message goes to.
GRANTED_CHANNELS = {"sms": "phone", "email": "email"}
PUSH_CHANNELS = ("sms", "email", "wecom", "group", "subscription")
MEMBER_RELATIONS = ("member", "offline_member")
#: The ladder; rank 0 stands for "no role".
ROLES = ("basic", "member_unpurchased", "member_first", "member_repeat", "koc")
