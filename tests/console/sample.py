"""A made-up brand of 20,000 consumers as the page's material, so that pages are tested without a workspace."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

from siyu.console.material import Consent, Held, Load, Material, Point, Quality, Window
from siyu.core.kinds import ROLES
from siyu.sources.coverage.reasons import Reason
from tests.console.sample_answers import answers, diagnosis, outlook

AS_OF = dt.date(2026, 6, 30)
BY_ROLE = {"basic": 5120, "member_unpurchased": 2890, "member_first": 1840, "member_repeat": 1312, "koc": 86}
MOVES = [
    ("basic", None, 96),
    ("basic", "basic", 4630),
    ("basic", "member_unpurchased", 164),
    ("basic", "member_first", 48),
    ("basic", "member_repeat", 9),
    ("member_unpurchased", None, 31),
    ("member_unpurchased", "basic", 22),
    ("member_unpurchased", "member_unpurchased", 2542),
    ("member_unpurchased", "member_first", 141),
    ("member_first", None, 12),
    ("member_first", "basic", 8),
    ("member_first", "member_unpurchased", 6),
    ("member_first", "member_first", 1598),
    ("member_first", "member_repeat", 96),
    ("member_first", "koc", 3),
    ("member_repeat", None, 6),
    ("member_repeat", "member_first", 11),
    ("member_repeat", "member_repeat", 1198),
    ("member_repeat", "koc", 12),
    ("koc", "koc", 68),
    ("koc", "member_repeat", 9),
]
PLACES = {
    "小程序商城": (3120, 610, 2240, 172, 118, 241, 462, 5860),
    "旗舰店": (4210, 1480, 1980, 121, 62, 198, 344, 4310),
    "直播间": (2870, 1320, 1010, 96, 31, 142, 233, 3120),
    "门店": (1240, 310, 820, 88, 64, 205, 301, 9240),
    "企微社群": (960, 70, 842, 12, 71, 88, 151, 4980),
    "公众号": (1830, 240, 1390, 21, 24, 36, 74, 880),
}
TYPES = {
    "member": 6080,
    "fan": 5210,
    "dedicated_service": 2240,
    "group_member": 1980,
    "live_follow": 1710,
    "miniprogram_user": 1490,
    "offline_member": 620,
}
HELD = [
    (("member",), 2610, 1890),
    (("fan",), 2380, 2380),
    (("member", "fan"), 1220, 1220),
    (("live_follow",), 980, 980),
    (("member", "dedicated_service"), 870, 870),
    (("miniprogram_user",), 640, 0),
    (("group_member", "dedicated_service"), 610, 610),
    (("member", "group_member"), 590, 590),
    (("offline_member",), 520, 180),
    (("member", "fan", "dedicated_service"), 430, 430),
    (("group_member",), 410, 410),
    (("member", "miniprogram_user"), 390, 280),
    (("fan", "live_follow"), 370, 370),
]


def document(as_of: dt.date = AS_OF, scale: float = 1.0) -> dict:
    """A measure document; `scale` makes earlier, smaller ones."""
    by_role = {role: round(n * scale) for role, n in BY_ROLE.items()}
    net = sum(by_role.values())
    return {
        "brand": "拾屿茶舍",
        "as_of": as_of.isoformat(),
        "window_days": 30,
        "definition": "fast_plus.v1",
        "identity_version": 4,
        "data_through": f"{as_of.isoformat()}T23:41:07+08:00",
        "fast_plus": {
            "F": {
                "sustainable_relationships": net,
                "relation_gross": round(13060 * scale),
                "unreachable": round(13060 * scale) - net,
                "relationship_records": round(19330 * scale),
                "pushable": round(9480 * scale),
                "proven_180d": round(7210 * scale),
                "basic_buyers": round(934 * scale),
                "new": 690,
                "lost": 145,
                "by_role": by_role,
                "by_relation_type": {k: round(v * scale) for k, v in TYPES.items()},
                "by_channel": {
                    "member_center": round(5960 * scale),
                    "subscription": round(5180 * scale),
                    "wecom": round(2210 * scale),
                    "group": round(1940 * scale),
                    "live": round(1700 * scale),
                    "sms": round(1630 * scale),
                    "email": round(240 * scale),
                },
            },
            "A": {
                "value": 0.0443 * scale,
                "deepened": 473,
                "eligible": 10625,
                "base": 10702,
                "weighted": 0.0502,
                "steps": {
                    "basic_up": 0.0447 * scale,
                    "member_unpurchased_up": 0.0515 * scale,
                    "member_first_up": 0.0575 / scale,
                    "member_repeat_up": 0.0098,
                },
                "shallowing_rate": 0.0052,
                "relation_churn_rate": 0.0135,
                "transitions": [{"from": a, "to": b, "consumers": n} for a, b, n in MOVES],
            },
            "T": {
                "value": 0.141 * (2 - scale),
                "visitors": 9410,
                "progressed": 1327,
                "by_touchpoint": {name: _place(*numbers) for name, numbers in PLACES.items()},
            },
            "S": {
                "own_total": round(248_613_400 * scale),
                "anonymous_total": 31_220_900,
                "propagation_total": 18_412_300,
                "clv_mean": 19_284.0,
                "clv_median": 0.0,
                "clv_p90": 58_900.0,
                "by_role": {
                    "basic": _worth(by_role["basic"], 31_402_000, 2_140_000),
                    "member_unpurchased": _worth(by_role["member_unpurchased"], 0, 1_020_000),
                    "member_first": _worth(by_role["member_first"], 41_902_300, 2_633_000),
                    "member_repeat": _worth(by_role["member_repeat"], 118_322_000, 6_120_000),
                    "koc": _worth(by_role["koc"], 9_870_000, 5_880_000),
                },
            },
        },
        "fast": {
            "fertility": 15_840,
            "advancing": 0.0182,
            "advancing_eligible": 0.0214,
            "superiority": 6_410,
            "thriving_30d": 0.214,
            "thriving_180d": 0.583,
            "aipl": {"A": 2210, "I": 8120, "P": 3690, "L": 1820},
        },
    }


def material(**changes) -> Material:
    """The brand with five windows before and 180 days of series."""
    earlier = [
        Window(AS_OF - dt.timedelta(days=30 * n), 9000 - 60 * n, 0.14 + 0.006 * n, 248_000_000 - 9_000_000 * n)
        for n in range(5, 1, -1)
    ]
    held = [Held(frozenset(types), people, reached) for types, people, reached in HELD]
    return Material(
        **{
            "brand": "拾屿茶舍",
            "currency": "CNY",
            "zone": ZoneInfo("Asia/Shanghai"),
            "as_of": AS_OF,
            "window": 30,
            "document": document(),
            "previous": document(AS_OF - dt.timedelta(days=30), 0.955),
            "windows": earlier,
            "series": series(),
            "held": held,
            "consent": Consent(1046, 62, 2410, 731, 17_420_000),
            "quality": quality(),
            "coverage": COVERAGE,
            "answers": answers(),
            "diagnosis": diagnosis(),
            "outlook": outlook(),
            **changes,
        }
    )


def series(days: int = 180) -> list[Point]:
    """F by role growing slowly, A in waves."""
    points = []
    for back in range(days - 1, -1, -1):
        day = AS_OF - dt.timedelta(days=back)
        share = 1 - 0.0014 * back
        points += [Point(day, "F", role, float(round(BY_ROLE[role] * share))) for role in ROLES]
        points.append(Point(day, "A", "30", 0.041 + 0.007 * math.sin(back / 17) - back * 3e-5))
    return points


def quality() -> Quality:
    """Four files, some refused rows, some links kept apart."""
    loads = [
        Load("youzan_orders_2026H1.xlsx", "youzan_orders", 1_782_900_000_000_000, _counts(48_213, 220, 31, 0, 46)),
        Load(
            "youzan_customers_20260630.xlsx", "youzan_customers", 1_782_900_060_000_000, _counts(18_402, 0, 812, 0, 11)
        ),
        Load("events-2026.parquet", "events", 1_782_900_120_000_000, _counts(391_220, 1_904, 0, 0, 3)),
        Load("consents.csv", "consents", 1_782_900_180_000_000, _counts(12_008, 12, 0, 0, 0)),
    ]
    return Quality(
        loads,
        [
            ("paid_at", "expected a time such as 2026-01-31 18:05:00", 31),
            ("id.*", "no usable identifier: empty, masked, blocked or invalid", 18),
            ("paid_amount", "expected an amount such as 148.50", 11),
        ],
        [("size", 4), ("unique", 17)],
    )


def _said(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


COVERAGE = {
    "questions": [
        {
            "code": "F",
            "title": _said("可持续运营私域关系数 F", "Sustainable relationships (F)"),
            "answer": "yes",
            "reason": Reason("F", {"held": 21_930}),
        },
        {
            "code": "S",
            "title": _said("角色关系价值 S", "Relationship value (S)"),
            "answer": "partly",
            "reason": Reason("S_partly", {"share": 0.31}),
        },
        {
            "code": "T",
            "title": _said("场域引力 T", "Touchpoint gravity (T)"),
            "answer": "no",
            "reason": Reason("T_none"),
        },
    ],
    "next_export": {
        "code": "events",
        "title": _said("小程序访问记录", "visits of the mini program"),
        "why": _said("才能看到哪个场域在沉淀。", "With visits it is seen which touchpoint settles."),
        "unlocks": ["T"],
    },
    "counts": {},
}


def _counts(loaded: int, duplicate: int, corrected: int, filtered: int, quarantined: int) -> dict[str, int]:
    read = loaded + duplicate + corrected + filtered + quarantined
    return {
        "read": read,
        "loaded": loaded,
        "duplicate": duplicate,
        "corrected": corrected,
        "filtered": filtered,
        "quarantined": quarantined,
    }


def _place(visitors, new, eligible, settled, deepened, converted, progressed, uv) -> dict:
    return {
        "visitors": visitors,
        "new_visitors": new,
        "eligible": eligible,
        "settled": settled,
        "deepened": deepened,
        "converted": converted,
        "progressed": progressed,
        "value": progressed / visitors,
        "settle_rate": settled / new,
        "deepen_rate": deepened / eligible,
        "convert_rate": converted / visitors,
        "uv_value": float(uv),
    }


def _worth(consumers: int, own: int, referral: int) -> dict:
    return {
        "consumers": consumers,
        "own_total": own,
        "referral_total": referral,
        "clv_mean": (own + referral) / max(consumers, 1),
    }
