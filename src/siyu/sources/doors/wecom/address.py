"""Where an API may be: a public https address, or this very machine if the settings say so. Nothing else is called."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from siyu.core.errors import SettingsError

SETTING = "wecom.base_url"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked(url: str, *, allow_loopback: bool) -> str:
    """The address, without a slash at its end. SettingsError for one that must not be called.

    >>> checked("https://8.8.8.8/", allow_loopback=False)
    'https://8.8.8.8'
    """
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK and parts.scheme in ("http", "https"):
        if not allow_loopback:
            raise _refused(f"{parts.hostname} is this machine",
                           "Only for a stand-in: set wecom.allow_loopback = true.")
    elif mistake := _mistake(parts):
        raise _refused(mistake, "WeCom's own address is https://qyapi.weixin.qq.com.")
    return f"{parts.scheme}://{parts.netloc}"


def _mistake(parts: SplitResult) -> str:
    if parts.scheme != "https":
        return f"expected https, found '{parts.scheme}'"
    if not parts.hostname or parts.username or parts.password:
        return "expected a host, without a user's name and password"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return "expected a host without a path"
    private = [address for address in _addresses(parts.hostname) if not address.is_global]
    return f"{parts.hostname} is at a private address" if private else ""


def _addresses(host: str) -> list[Address]:
    """The addresses of a host. None where it is unknown here: a proxy may know it, and private names are not public."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [ipaddress.ip_address(str(address[0]).partition("%")[0]) for *_, address in found]


def _refused(why: str, remedy: str) -> SettingsError:
    return SettingsError(f"{SETTING}: {why}.", remedy=remedy)
