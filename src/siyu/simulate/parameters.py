"""The true parameters of the simulated brand: everything a measurement may be compared with.

They are written to truth/parameters.json as they stand here. Rates are per week of busy time, shares are of
the persons or records named, money is CNY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Purchasing:
    """BG/NBD (Fader, Hardie, Lee 2005) for repeat purchases, Gamma-Gamma (Fader & Hardie 2013) for spend."""

    r: float = 1.2
    alpha: float = 40.0
    a: float = 0.7
    b: float = 2.6
    p: float = 6.25
    q: float = 3.74
    gamma: float = 118.0
    member_rate_uplift: float = 1.3
    buyer_share: float = 0.50
    joiner_buyer_uplift: float = 0.44
    at_once_share: float = 0.20
    """Of the buyers, who buy within three hours of arriving; the rest wait an exponential time."""
    wait_days: float = 170.0
    second_order_share: float = 0.03
    """Orders followed by another one on the same day: two orders, one occasion."""
    unpaid_share: float = 0.07
    """Placed and never paid, over the paid ones."""
    refund_share: float = 0.045
    full_refund_share: float = 0.7
    refund_delay_days: float = 5.0


@dataclass(frozen=True)
class Referring:
    """The true effect of an invitation on the one who accepts it, against the same person arriving alone."""

    brought_share: float = 0.075
    """Of all persons, who came because of an invitation and would not have come without."""
    invitee_buyer_uplift: float = 0.12
    """Added to the probability to buy at all."""
    invitee_rate_uplift: float = 1.25
    """Times the rate of repeat purchases."""
    spreader_share: float = 0.014
    second_generation_share: float = 0.12
    """Of the invitees, who come through somebody invited themselves."""
    campaign_days: float = 240.0
    self_share: float = 0.02
    repeated_share: float = 0.05
    late_share: float = 0.04
    """Accepted by somebody who had already bought: recorded, but not valid."""
    click_share: float = 0.05
    """Of the orders in the mini program's shop, preceded by a click on somebody's share."""


@dataclass(frozen=True)
class Relating:
    """Who enters a relation (shares of those who could) and who ends it."""

    youzan_member: float = 0.44
    tmall_member: float = 0.16
    site_member: float = 0.36
    offline_member: float = 0.48
    electronic_card: float = 0.55
    """Of the offline members, who also hold the electronic card and so the member centre."""
    friend_joins: float = 2.0
    """Times as likely to become a member when befriended on WeCom."""
    fan: float = 0.24
    miniprogram_user: float = 0.85
    group_member: float = 0.45
    live_follow: float = 0.10
    member_leaves: float = 0.5
    friend_leaves: float = 0.6
    group_leaves: float = 0.35
    follow_leaves: float = 0.6


@dataclass(frozen=True)
class Spoiling:
    """Shares of records with a wrinkle."""

    family_phone: float = 0.012
    store_phone: float = 0.03
    phone_typo: float = 0.008
    email_typo: float = 0.008
    blocked_value: float = 0.004
    two_cards: float = 0.006
    masked_phone: float = 0.06
    other_recipient: float = 0.10
    duplicate_line: float = 0.002
    bad_row: float = 0.0003


@dataclass(frozen=True)
class Advertising:
    """Paid media: what it costs for 20,000 consumers, and how often it leads to an order."""

    daily_spend: Mapping[str, float] = field(
        default_factory=lambda: {
            "moments_ad": 300.0, "live_room": 240.0, "flagship_store": 360.0, "official_account": 60.0,
        }
    )  # fmt: skip
    """CNY on an ordinary day, by touchpoint."""
    unpaid_touchpoints: tuple[str, ...] = ("official_account",)
    """Where the money goes into contents, and not into paid media."""
    promotion_times: float = 2.4
    warmup_times: float = 1.5
    retargeted_share: float = 0.12
    """Of the orders in the mini program's shop, preceded within hours by a click on an advertisement."""
    shown_per_click: int = 5
    """Impressions each of those buyers saw before the click."""
    panel_impressions_factor: float = 40.0
    panel_clicks_factor: float = 3.0
    """A panel counts everybody who was shown an advertisement; the brand knows few of them, of those who click more."""


@dataclass(frozen=True)
class Panel:
    """How a platform's figures come to differ from the brand's own; truth/reported.csv has the amounts."""

    insurance_share: float = 0.008
    """Panels add the shipping insurance the buyer pays to what was paid."""
    counted_twice_share: float = 0.01
    """Of the paid orders, counted a second time after a change of address."""
    visitor_factor: float = 1.04
    """Panels count devices: so many visitors per person."""


@dataclass(frozen=True)
class Parameters:
    purchasing: Purchasing = Purchasing()
    referring: Referring = Referring()
    relating: Relating = Relating()
    spoiling: Spoiling = Spoiling()
    advertising: Advertising = Advertising()
    panel: Panel = Panel()
