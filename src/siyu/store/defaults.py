"""What a key or a hook may say where its messages do not, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping

from siyu.core.errors import did_you_mean
from siyu.core.identifiers import NAMESPACE
from siyu.core.kinds import EVENTS

DEFAULTS = ("platform", "touchpoint", "domain", "user_namespace")
DOMAINS = next(field.choices for field in EVENTS.fields if field.name == "domain")


def mistakes_of_defaults(given: Mapping[str, str]) -> list[str]:
    """Every mistake in the defaults of one sender: names that are none, values that no store or table could take.

    >>> mistakes_of_defaults({"platform": "site"}), len(mistakes_of_defaults({"platfrom": "x", "domain": "both"}))
    ([], 2)
    """
    unknown = [f"unknown default '{name}'.{did_you_mean(name, DEFAULTS)}" for name in given if name not in DEFAULTS]
    domain = given.get("domain", DOMAINS[0])
    wrong = [] if domain in DOMAINS else [f"domain: expected one of {', '.join(DOMAINS)}; found '{domain}'."]
    spoiled = [f"{name}: expected a text without NUL characters." for name, value in given.items() if "\0" in value]
    namespace = given.get("user_namespace", "customer")
    expected = "user_namespace: expected a small letter, then small letters, digits and _, such as customer"
    named = [] if NAMESPACE.fullmatch(namespace) else [f"{expected}; found '{namespace}'."]
    return [*unknown, *wrong, *spoiled, *named]
