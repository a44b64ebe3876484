"""The words of the preference page in both languages. Whoever changes what they say also changes preferences.NOTICE."""

from __future__ import annotations

from typing import Any

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "name": "中文", "title": "通知偏好",
        "explained": "勾选表示同意通过该渠道接收信息；取消勾选即撤回同意，立即生效，不影响会员权益与订单服务。"
                     "本页只关于收到此链接的号码或账号；您在别处的拒绝仍然有效。",
        "save": "保存", "withdraw": "全部退订", "saved": "已保存，立即生效。", "nothing": "这里没有可更改的内容。",
        "unknown": "该链接无效。请使用消息中的完整链接。",
        "expired": "该链接已过期。请使用最近一条消息中的链接，或直接联系我们撤回同意。",
        "often": "操作过于频繁，请稍后再试。", "later": "暂时无法处理，请稍后再试。未作任何更改。",
        "malformed": "提交的内容无法读取，未作任何更改。",
        "purposes": {"marketing": "营销信息", "personalization": "个性化推荐", "share_third_party": "向第三方提供",
                     "sensitive": "敏感信息的处理", "cross_border": "向境外提供"},
        "channels": {"sms": "短信", "email": "邮件", "wecom": "企业微信", "subscription": "订阅号与粉丝推送",
                     "group": "社群", "live": "直播", "member_center": "会员中心", "all": "同意"},
    },
    "en": {
        "name": "English", "title": "Your preferences",
        "explained": "A tick says that you agree to hear from us there. Taking it away withdraws your consent at once; "
                     "your membership and your orders stay as they are. This page is about the number or account to "
                     "which its link was sent; what you refused elsewhere stays refused.",
        "save": "Save", "withdraw": "Withdraw from all", "saved": "Saved; in force from now on.",
        "nothing": "There is nothing to change here.",
        "unknown": "This link is not valid. Please use the whole link of the message.",
        "expired": "This link has expired. Please use the one of a newer message, or tell us to withdraw your consent.",
        "often": "That was too often; please try again in a moment.",
        "later": "It cannot be done just now; please try again later. Nothing was changed.",
        "malformed": "What was sent cannot be read. Nothing was changed.",
        "purposes": {"marketing": "Marketing", "personalization": "Personal recommendations",
                     "share_third_party": "Passing on to others", "sensitive": "Use of sensitive data",
                     "cross_border": "Passing on abroad"},
        "channels": {"sms": "Text messages", "email": "E-mail", "wecom": "WeCom", "subscription": "Follower messages",
                     "group": "Groups", "live": "Live sessions", "member_center": "Member centre",
                     "all": "I agree"},
    },
}  # fmt: skip
