"""Where the simulated brand and its consumers meet, and which identifiers each place sees.

A share below 1 means that only so many of the records carry that identifier: this is what identity resolution
has to work with.
"""

from dataclasses import dataclass, field

PLATFORMS = ("youzan", "tmall", "weixin_shop", "site", "offline")
YOUZAN, TMALL, WEIXIN_SHOP, SITE, OFFLINE = range(5)


@dataclass(frozen=True)
class Touchpoint:
    """A place, its platform and domain, the event that means entering it, and the identifiers it sees."""

    name: str
    platform: str
    domain: str
    entry: str
    shows: dict[str, float] = field(default_factory=dict)
    browsing: float = 1.0
    """How much a person who can go there prefers it when just looking round."""


TOUCHPOINTS = (
    Touchpoint("mini_program", "youzan", "private", "open", {"openid": 1, "unionid": 0.5, "phone": 0.25}, 1.0),
    Touchpoint("official_account", "weixin", "private", "open", {"unionid": 1}, 0.6),
    Touchpoint("wecom_chat", "wecom", "private", "open", {"external_userid": 1}, 0.7),
    Touchpoint("group_chat", "wecom", "private", "open", {"external_userid": 1}, 0.7),
    Touchpoint("live_room", "weixin", "public", "enter", {"unionid": 1, "openid": 0.2}, 0.5),
    Touchpoint("flagship_store", "tmall", "public", "visit", {"taobao_nick": 1}, 0.9),
    Touchpoint("website", "site", "private", "visit", {"anonymous_id": 1, "email": 0.3, "phone": 0.1}, 1.0),
    Touchpoint("offline_store", "offline", "private", "enter", {"member_card": 0.8, "phone": 0.5}, 0.6),
    Touchpoint("moments_ad", "weixin", "public", "", {"unionid": 1}, 0.0),
)
NAMES = tuple(place.name for place in TOUCHPOINTS)
MINI_PROGRAM, OFFICIAL_ACCOUNT, WECOM_CHAT, GROUP_CHAT, LIVE_ROOM = range(5)
FLAGSHIP_STORE, WEBSITE, OFFLINE_STORE, MOMENTS_AD = range(5, 9)

BUYING = {  # where the entry before an order happens: share by touchpoint; the first is the fallback
    YOUZAN: {MINI_PROGRAM: 0.55, OFFICIAL_ACCOUNT: 0.12, WECOM_CHAT: 0.13, GROUP_CHAT: 0.12, LIVE_ROOM: 0.08},
    TMALL: {FLAGSHIP_STORE: 0.92, LIVE_ROOM: 0.08},
    WEIXIN_SHOP: {LIVE_ROOM: 0.65, OFFICIAL_ACCOUNT: 0.2, MINI_PROGRAM: 0.15},
    SITE: {WEBSITE: 0.92, OFFICIAL_ACCOUNT: 0.08},
    OFFLINE: {OFFLINE_STORE: 0.88, WECOM_CHAT: 0.12},
}
