"""The doors of what arrives over HTTP, each a folder: how an arrival becomes messages. Registered in this one place."""

from siyu.sources.doors.canonical.messages import messages as canonical
from siyu.sources.doors.message import Read
from siyu.sources.doors.segment.messages import messages as segment
from siyu.sources.doors.shopify.messages import messages as shopify
from siyu.sources.doors.wecom.messages import messages as wecom

DOORS: dict[str, Read] = {"segment": segment, "canonical": canonical, "shopify": shopify, "wecom": wecom}
