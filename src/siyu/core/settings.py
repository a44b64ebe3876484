"""Settings: one declared tuple (name, default, help), read from `siyu.toml`; all mistakes reported together."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from siyu.core.errors import SettingsError, did_you_mean
from siyu.core.kinds import CHANNELS, CHANNELS_OF_RELATION
from siyu.core.tomltext import TomlError, parsed


@dataclass(frozen=True)
class Setting:
    """One setting: dotted name (section.key in the file), default, and a sentence for the file and the docs."""

    name: str
    default: Any
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("brand.name", "my brand", "Shown on every report."),
    Setting("brand.zone", "Asia/Shanghai", "IANA time zone; business days start at 00:00 there."),
    Setting("brand.currency", "CNY", "ISO 4217 code; one currency per brand."),
    Setting("brand.phone_region", "CN", "Region of phone numbers written without a country code. Set it before the "
            "first load: what is loaded keeps its region, also in a rebuild."),
    Setting("warehouse.engine", "duckdb", "duckdb (one file) or spark (Parquet)."),
    Setting("warehouse.spark_master", "local[2]", "Spark master URL, when the engine is spark."),
    Setting("warehouse.memory", "4GB", "Memory the embedded engine may take before it spills."),
    Setting("operations.url", "", "SQLAlchemy URL of PostgreSQL; empty = SQLite in the workspace."),
    Setting("collect.min_free_mb", 1024, "Megabytes that stay free on the disk: below, the collector answers 503."),
    Setting("wecom.corp_id", "", "Corp id (企业ID) that `siyu wecom sync` reads; empty = that of the hook."),
    Setting("wecom.base_url", "https://qyapi.weixin.qq.com", "Where WeCom's API is; https, and no private address."),
    Setting("wecom.allow_loopback", False, "Whether wecom.base_url may be this very machine, also without https."),
    Setting("wecom.daily", True, "Whether siyu serve reads the lists of a connected corp before the day's work."),
    Setting("live.every_seconds", 5, "Seconds between two loads of what arrived over HTTP; questions load it first."),
    Setting("live.daily_at", "04:00", "Hour of the brand's clocks for the day's work of siyu serve; empty = never."),
    Setting("live.metrics_key", False, "Whether /metrics asks for a key that reads."),
    Setting("identity.namespaces", ["member_card", "phone", "email", "unionid", "openid", "external_userid",
            "taobao_nick", "jd_pin", "douyin_uid", "xiaohongshu_uid", "shopify_customer", "customer", "device"],
            "Priority of identifier namespaces: the first present is a record's primary identifier."),
    Setting("identity.not_linking", ["device", "recipient_phone"], "Namespaces that never link people."),
    Setting("identity.not_identifying", ["recipient_phone"],
            "Namespaces that say nothing of who the consumer is: never a record's primary identifier."),
    Setting("identity.unique", ["member_card"], "Namespaces of which a consumer has at most one value."),
    Setting("identity.max_component", 50, "Most identifiers one consumer may have before links are refused."),
    Setting("identity.blocked",
            ["null", "(null)", "none", "nil", "nan", "na", "n/a", "<na>", "undefined", "\\n",
             "0000", "0", "00000000", "-", "--", "—", "–", "/", ".", "?", "unknown", "test",
             "无", "空", "未知", "不详", "暂无", "匿名", "匿名用户", "游客"],
            "Values that are no identifier (compared after trimming, in lower case)."),
    Setting("identity.blocked_phones", [], "Phones that belong to a store or to staff, not to a consumer."),
    Setting("relations.types", {}, "More relation types, each with the channels it opens."),
    Setting("roles.spreading_days", 180, "Window in days of the KOC rung."),
    Setting("roles.spreading_referrals", 3, "Valid referrals in the window that make a KOC."),
    Setting("roles.spreading_contents", 3, "Approved contents (not reviews) in the window that make a KOC."),
    Setting("roles.spreading_grace_days", 30, "Days the KOC rung holds after spreading held."),
    Setting("roles.purchase_window_days", 0, "Days of purchases that count for roles; 0 = all time."),
    Setting("touchpoints.settle_hours", 24, "Longest time from entry to a new relation."),
    Setting("touchpoints.deepen_days", 7, "Longest time from entry to a rise in role."),
    Setting("touchpoints.convert_days", 1, "Longest time from entry to a purchase."),
    Setting("touchpoints.windows", {},
            "Other windows per touchpoint: {name = {settle_hours, deepen_days, convert_days}}."),
    Setting("value.days", 365, "Days of purchases in own and referral value."),
    Setting("value.referral_days", 365, "Days after acceptance in which purchases are credited to the inviter."),
    Setting("value.click_days", 7, "Days after a click in which a purchase is credited to the sharer."),
    Setting("value.sharer_share", 0.5, "Part of a credited order that value_share gives to who shared it."),
    Setting("rfm.days", 365, "Days of purchases that RFM looks at."),
    Setting("rfm.cut", "mean", "What parts high from low in RFM: mean or median of the buyers."),
    Setting("rfm.labels", {}, 'Other names of the RFM types: {important_value = "..."}.'),
    Setting("matrix.cuts", {},
            "Fixed amounts in currency units instead of percentiles: {own = [1000, 5000], referral = [500, 2000]}."),
    Setting("potential.absent_days", 365, "Days without the category that make a consumer a candidate for it."),
    Setting("potential.horizon_days", 90, "Days in which a candidate is expected to buy the category."),
    Setting("snapshot.max_drop", 0.2, "Share of open relations a snapshot may close without being told so."),
    Setting("privacy.link_days", 730, "Days a preference link works: as long as a message lies in somebody's mailbox."),
    Setting("privacy.export_days", 15, "Working days (Monday to Friday) in which a request for a copy is due."),
    Setting("privacy.erasure_days", 15, "Working days (Monday to Friday) in which a request to be forgotten is due."),
    Setting("retention.events", 24, "Months that events, their raw rows and whole messages are kept; 0 = always."),
    Setting("retention.feedback", 0, "Months that feedback is kept, with its texts; 0 = always."),
    Setting("retention.quarantine", 24, "Months after a load in which its quarantined rows are kept; 0 = always."),
    Setting("retention.purge_at", "03:00",
            "Hour of the brand's clocks at which siyu serve erases and purges; empty = never."),
    Setting("retention.consent_proof", 36,
            "Months after an erasure in which the proof of the person's consents is kept, under a keyed hash alone."),
    Setting("report.language", "zh", "zh or en."),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
#: The types of RFM: whether recency, frequency and money are high.
RFM_TYPES = ("important_value", "important_develop", "important_keep", "important_win_back",
             "general_value", "general_develop", "general_keep", "general_win_back")  # fmt: skip
#: The head of a section of siyu.toml.
SECTION = re.compile(r"\s*\[\s*([\w.]+)\s*\]")
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MEMORY = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT])i?B")
#: Megabytes of each unit, and the least with which the embedded engine opens a file.
MEGABYTES = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}
LEAST_MEGABYTES = 256
#: The largest whole number that a setting may be: days of three centuries; more would leave the calendar. So would more
#: months than those of a century.
MOST, MOST_MONTHS = 100_000, 1_200
#: The earliest day that may be asked about: whatever lies some years before it is still in the calendar.
EARLIEST = dt.date(1900, 1, 1)
#: The least digits of a phone number.
LEAST_DIGITS = 3
SECTIONS = {setting.name.split(".")[0] for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """All values by dotted name. `settings["roles.spreading_days"]`."""

    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def brand(self) -> str:
        return self.values["brand.name"]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.values["brand.zone"])

    @property
    def currency(self) -> str:
        return self.values["brand.currency"]

    @property
    def channels_of_relation(self) -> dict[str, tuple[str, ...]]:
        """Channels each relation type opens, with those the settings add."""
        added = {name: tuple(channels) for name, channels in self.values["relations.types"].items()}
        return {**CHANNELS_OF_RELATION, **added}

    def namespace_rank(self, namespace: str) -> int:
        """Place in the priority list; unlisted namespaces come after all listed ones."""
        listed: list[str] = self.values["identity.namespaces"]
        return listed.index(namespace) if namespace in listed else len(listed)

    def with_values(self, **changes: Any) -> Settings:
        """A copy with other values; names with dots written as double underscores (`brand__name=`)."""
        return Settings({**self.values, **{key.replace("__", "."): value for key, value in changes.items()}})


def defaults() -> Settings:
    """The settings of a workspace whose file changes nothing."""
    return Settings({setting.name: setting.default for setting in SETTINGS})


def read(path: Path) -> Settings:
    """The settings of a file. Raises SettingsError with every mistake in it."""
    try:
        document = parsed(path.read_text(encoding="utf-8-sig"))  # Windows editors add a mark
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.", remedy="Expected a text file.") from None
    except (TomlError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}", remedy="Mend that line and try again.") from None
    found = dict(_flatten(document))
    mistakes = [m for name, value in found.items() if (m := _mistake(name, value))]
    if mistakes:
        listing = "\n".join(f"  - {m}" for m in mistakes)
        raise SettingsError(f"{path.name} has {len(mistakes)} mistake(s):\n{listing}",
                            remedy="`siyu settings` prints every name with its default.")
    return Settings({**defaults().values, **found})


def document(values: Settings | None = None) -> str:
    """The commented `siyu.toml` that `siyu init` writes."""
    chosen = values or defaults()
    lines: list[str] = ["# Settings of this workspace. Lines that start with # are explanations or defaults."]
    section = ""
    for setting in SETTINGS:
        head, key = setting.name.split(".", 1)
        if head != section:
            lines += ["", f"[{head}]"]
            section = head
        changed = chosen[setting.name] != setting.default or head == "brand"
        lines += [f"# {setting.help}", f"{'' if changed else '# '}{key} = {_toml(chosen[setting.name])}"]
    return "\n".join(lines) + "\n"


def changed(text: str, name: str, value: str) -> str:
    """The text of a siyu.toml with another value of one setting; all else stays as people wrote it. SettingsError.

    >>> changed('[brand]\\nname = "a"\\n# ours\\n', "brand.name", "b")
    '[brand]\\nname = "b"\\n# ours\\n'
    """
    if _value(text, name) == value:
        return text
    head, key = name.split(".", 1)
    line, lines = f"{key} = {_toml(value)}", text.splitlines()
    mine = [place for place, section in enumerate(_sections(lines)) if section == head]
    there = [place for place in mine if re.match(rf"\s*{re.escape(key)}\s*=", lines[place])]
    if there:
        lines[there[0]] = line
    elif mine:
        lines.insert(mine[0] + 1, line)
    else:
        lines += ["", f"[{head}]", line]
    written = "\n".join(lines) + "\n"
    if _value(written, name) != value:
        raise SettingsError(f"{name} could not be changed.", remedy=f"Write it under [{head}], on a line of its own.")
    return written


def _sections(lines: list[str]) -> list[str]:
    """The section that each line stands in."""
    heads = ((found[1] if (found := SECTION.match(line)) else None) for line in lines)
    return list(accumulate(heads, lambda before, head: before if head is None else head, initial=""))[1:]


def _value(text: str, name: str) -> Any:
    try:
        return dict(_flatten(parsed(text))).get(name, BY_NAME[name].default)
    except TomlError:
        return None


def _flatten(document: dict[str, Any]):
    for section, body in document.items():
        if not isinstance(body, dict):
            yield section, body
            continue
        for key, value in body.items():
            yield f"{section}.{key}", value


def _mistake(name: str, value: Any) -> str:
    setting = BY_NAME.get(name)
    if setting is None and name in SECTIONS:
        return f"{name}: expected a section, [{name}] with its settings beneath, found {value!r}."
    if setting is None:
        return f"unknown setting '{name}'.{did_you_mean(name, list(BY_NAME))}"
    if not _same_shape(value, setting.default):
        return f"{name}: expected {_shape(setting.default)}, found {value!r}."
    check = CHECKS.get(name)
    return (check(value) if check else "") or _in_range(name, value)


def _same_shape(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    return isinstance(value, type(default))


def _shape(default: Any) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text",
             list: "a list of texts", dict: "a table"}
    return words[type(default)]


def _in_range(name: str, value: Any) -> str:
    fine = not isinstance(value, (int, float)) or 0 <= value <= MOST
    return "" if fine else f"{name}: expected 0 to {MOST:,}, found {value:,}."


def _check_name(value: str) -> str:
    return "" if value.strip() else "brand.name: expected a name, found nothing."


def _check_namespaces(value: list[str]) -> str:
    twice = next((name for place, name in enumerate(value) if name in value[:place]), "")
    if twice:
        return f"identity.namespaces: '{twice}' stands there twice."
    return "" if value else "identity.namespaces: expected the namespaces, the most trusted first; found none."


def _check_blocked_phones(value: list[str]) -> str:
    wrong = next((phone for phone in value if len(re.sub(r"\D", "", phone)) < LEAST_DIGITS), None)
    return "" if wrong is None else f"identity.blocked_phones: expected phone numbers, found '{wrong}'."


def _check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        return f"brand.zone: expected an IANA zone such as 'Asia/Shanghai', found '{value}'."
    return ""


def _check_currency(value: str) -> str:
    fine = len(value) == 3 and value.isalpha() and value.isupper()
    return "" if fine else f"brand.currency: expected an ISO code such as 'CNY', found '{value}'."


def _check_region(value: str) -> str:
    fine = value == "CN" or _is_region(value)
    return "" if fine else f"brand.phone_region: expected an ISO country code such as 'CN', found '{value}'."


def _is_region(value: str) -> bool:
    import phonenumbers  # as in identifiers: not for what most workspaces say

    return value in phonenumbers.SUPPORTED_REGIONS


def _check_memory(value: str) -> str:
    size = MEMORY.fullmatch(value)
    if size is None:
        return f"warehouse.memory: expected a size such as '4GB', found '{value}'."
    fine = float(size[1]) * MEGABYTES[size[2]] >= LEAST_MEGABYTES
    return "" if fine else f"warehouse.memory: expected {LEAST_MEGABYTES}MB or more, found '{value}'."


def _one_of(name: str, accepted: tuple[str, ...]):
    def check(value: str) -> str:
        return "" if value in accepted else f"{name}: expected one of {', '.join(accepted)}; found '{value}'."

    return check


def _share(name: str):
    def check(value: float) -> str:
        return "" if 0 <= value <= 1 else f"{name}: expected a share between 0 and 1, found {value}."

    return check


def _check_link_days(value: int) -> str:
    most = 36_500
    return "" if 1 <= value <= most else f"privacy.link_days: expected 1 to {most} days, found {value}."


def _months(name: str):
    def check(value: int) -> str:
        fine = 0 <= value <= MOST_MONTHS
        return "" if fine else f"{name}: expected 0 to {MOST_MONTHS:,} months, found {value:,}."

    return check


def _at_least(name: str, least: int, what: str):
    def check(value: int) -> str:
        return "" if value >= least else f"{name}: expected {least} {what} or more, found {value}."

    return check


def _hour(name: str):
    def check(value: str) -> str:
        fine = not value or HOUR.fullmatch(value)
        return "" if fine else f"{name}: expected an hour such as '04:00', found '{value}'."

    return check


def _check_rfm_labels(value: dict[str, Any]) -> str:
    for code, label in value.items():
        if code not in RFM_TYPES:
            return f"rfm.labels: unknown type '{code}'.{did_you_mean(code, RFM_TYPES)}"
        if not isinstance(label, str):
            return f"rfm.labels.{code}: expected text, found {label!r}."
    return ""


def _check_matrix_cuts(value: dict[str, Any]) -> str:
    for axis, cuts in value.items():
        if axis not in ("own", "referral"):
            return f"matrix.cuts: expected own or referral, found '{axis}'."
        numbers = isinstance(cuts, list) and all(type(c) in (int, float) for c in cuts)
        if not (numbers and len(cuts) == 2 and 0 < cuts[0] <= cuts[1]):
            return f"matrix.cuts.{axis}: expected two rising amounts above 0, found {cuts!r}."
    return ""


def _check_relation_types(value: dict[str, Any]) -> str:
    for name, channels in value.items():
        if not isinstance(channels, list) or any(c not in CHANNELS for c in channels):
            return f"relations.types.{name}: expected a list of channels ({', '.join(CHANNELS)}), found {channels!r}."
    return ""


def _check_touchpoint_windows(value: dict[str, Any]) -> str:
    known = ("settle_hours", "deepen_days", "convert_days")
    for name, windows in value.items():
        if not isinstance(windows, dict):
            return f"touchpoints.windows.{name}: expected a table, found {windows!r}."
        for key, length in windows.items():
            if key not in known:
                return f"touchpoints.windows.{name}: unknown window '{key}'.{did_you_mean(key, known)}"
            if isinstance(length, bool) or not isinstance(length, int) or not 0 <= length <= MOST:
                return f"touchpoints.windows.{name}.{key}: expected a whole number, 0 to {MOST:,}; found {length!r}."
    return ""


CHECKS = {
    "brand.name": _check_name,
    "identity.namespaces": _check_namespaces,
    "identity.blocked_phones": _check_blocked_phones,
    "identity.max_component": _at_least("identity.max_component", 2, "identifiers"),
    "brand.zone": _check_zone,
    "brand.currency": _check_currency,
    "brand.phone_region": _check_region,
    "warehouse.memory": _check_memory,
    "live.every_seconds": _at_least("live.every_seconds", 1, "second"),
    "live.daily_at": _hour("live.daily_at"),
    "retention.purge_at": _hour("retention.purge_at"),
    **{name: _months(name) for name in BY_NAME if name.startswith("retention.") and name != "retention.purge_at"},
    "warehouse.engine": _one_of("warehouse.engine", ("duckdb", "spark")),
    "report.language": _one_of("report.language", ("zh", "en")),
    "snapshot.max_drop": _share("snapshot.max_drop"),
    "value.sharer_share": _share("value.sharer_share"),
    "rfm.days": _at_least("rfm.days", 1, "day"),
    "rfm.cut": _one_of("rfm.cut", ("mean", "median")),
    "rfm.labels": _check_rfm_labels,
    "matrix.cuts": _check_matrix_cuts,
    "potential.absent_days": _at_least("potential.absent_days", 1, "day"),
    "potential.horizon_days": _at_least("potential.horizon_days", 1, "day"),
    "privacy.link_days": _check_link_days,
    "relations.types": _check_relation_types,
    "touchpoints.windows": _check_touchpoint_windows,
}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return repr(value)
