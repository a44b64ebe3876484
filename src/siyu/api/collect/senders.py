"""Who sends: the key a request presents, and the web origins it may come from."""

from __future__ import annotations

import base64

from siyu.api.keys import ApiKey
from siyu.api.refusals import Refusal

SCOPE = "collect"
EXPECTED = ("Expected a write key that is in force: as the user of Basic authentication, as Bearer, or as writeKey in "
            "the body.")  # fmt: skip


def presented(authorization: str | None) -> str | None:
    """The key in an Authorization header (Basic with the key as user, or Bearer); None if there is none in it.

    >>> presented("Basic c2l5dV9jMTo="), presented("Bearer siyu_c1"), presented("Basic é"), presented(None)
    ('siyu_c1', 'siyu_c1', '', None)
    """
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except ValueError:  # no base64, or no UTF-8 in it
        return ""


def check(key: ApiKey | None, origin: str | None) -> ApiKey:
    """The key, if it may collect for a page of this origin (None: no browser sends). Raises Refusal."""
    if key is None:
        raise Refusal(401, "unknown_key", EXPECTED, headers={"WWW-Authenticate": "Bearer"})
    if key.scope != SCOPE:
        raise Refusal(403, "wrong_scope", f"This key is for {key.scope}; expected one for {SCOPE}.")
    if origin is not None and origin not in key.origins:
        raise Refusal(403, "wrong_origin", "This key is not for pages of this origin.")
    return key
