"""Names of columns and properties under which a person is named: what stands there is kept in no attribute or property.

Identifiers have columns of their own, where they are keyed; what else names somebody is of no use to a measure.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

#: Columns of a member list, attributes and traits: they speak of a person, so that any name in them may be theirs.
OF_PERSON = re.compile(
    r"姓名|昵称|名字|(?<!等级|门店|店铺|标签|商品|品牌|渠道|活动)名称|手机|电话|邮箱|地址|住址|住所|身份证|证件|护照|微信|抖音号|微博|旺旺|收货|收件|生日|出生|头像|"
    r"账号|帐号|账户|帐户|卡号|用户名|会员名|买家名|车牌|银行|"
    r"name|phone|mobile|tel(?!l)|mail|address|id_?card|passport|wechat|birth(?!day_month)|avatar|nick|"
    r"open_?id|union_?id|user_?id|\buid|_uid|account|pass_?w(or)?d|\bqq|\bpin\b|_pin\b|iban", re.IGNORECASE)
#: Properties of an event: it is of a thing as often as of a person, so that a `name` alone says nothing.
OF_EVENT = re.compile(
    r"mail|phone|\b(mobile|account)(_?(no|num|number|id|name))?\b|\btel\b|address|id_?card|passport|birth|avatar|"
    r"(first|last|full|user|nick|real|middle|given|family|buyer|receiver|contact|bank|pay)_?(name|mobile|account)|"
    r"(user|customer|member|buyer)_?id|street|postal|\bzip(_?code)?\b|latitude|longitude|pass_?w(or)?d|token|"
    r"open_?id|union_?id|wechat_?(id|no|name)|weixin|\bqq|iban|"
    r"姓名|名字|手机|电话|邮箱|地址|住址|住所|身份证|证件|护照|昵称|微信号|微信名|抖音号|旺旺|收货人|收件人|生日|出生|头像|账号|帐号|账户|帐户|卡号|"
    r"用户名|会员名|买家名|车牌|银行", re.IGNORECASE)
#: The names of what JSON columns hold.
OF_COLUMN = {"attributes": OF_PERSON, "properties": OF_EVENT}
#: Stands around a number while JSON is looked through.
MARK = "\ue000\ue001"
MARKED = re.compile(f'"{MARK}([^"]*?){MARK}"')


@functools.lru_cache(maxsize=4096)
def names_people(header: str) -> bool:
    """Whether a column of a member list, or a trait, says who somebody is.

    >>> [names_people(header) for header in ("姓名", "openid", "等级名称", "city")]
    [True, True, False, False]
    """
    return OF_PERSON.search(header) is not None


@functools.lru_cache(maxsize=4096)
def is_personal(key: str) -> bool:
    """Whether the name of a property says that it names a person.

    >>> [is_personal(key) for key in ("last_name", "住址", "mobileNumber", "name", "is_mobile", "account_tier")]
    [True, True, True, False, False, False]
    """
    return OF_EVENT.search(key) is not None


def maybe_people(column: str) -> str:
    """A pattern without look-around that finds all JSON of a column in which a key may name a person, or is escaped."""
    letter, words = r'(?:[^"\\]|\\.)*', re.sub(r"\(\?<?!.*?\)", "", OF_COLUMN[column].pattern)
    return rf'(?i)"{letter}(?:{words}|\\u){letter}"\s*:'


def without_people(column: str, keys: set[str]) -> Callable[[str], str]:
    """What takes from JSON of a column all that stands under keys that name people, at any depth; `keys` is told these.
    Numbers stay as they are written; JSON that cannot be looked through is left out as a whole.

    >>> keys = set()
    >>> without_people("properties", keys)('{"姓名": "张三", "size": {"openid": "o6", "eu": 38.50}}'), sorted(keys)
    ('{"size": {"eu": 38.50}}', ['openid', '姓名'])
    """
    names = OF_COLUMN[column]

    def less(value: Any) -> Any:
        if isinstance(value, dict):
            keys.update(named := {key for key in value if names.search(key)})
            return {key: less(one) for key, one in value.items() if key not in named}
        return [less(one) for one in value] if isinstance(value, list) else value

    def cleaned(text: str) -> str:
        try:
            said = json.loads(text, parse_int=_marked, parse_float=_marked, parse_constant=_marked)
            kept = less(said)
            return text if kept == said else MARKED.sub(r"\1", json.dumps(kept, ensure_ascii=False))
        except (ValueError, RecursionError):
            return "{}"

    return cleaned


def _marked(number: str) -> str:
    """A number as a text that no text is."""
    return f"{MARK}{number}{MARK}"
