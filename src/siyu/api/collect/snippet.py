"""`/siyu.js`, the script for web pages: `static/siyu.js` without what only its readers need.

A step of a few lines instead of a tool, which the text makes possible: each name is declared by a `const` or `let` of
its own, before all other statements of its block, and no member and no word of a string has the same name; every
statement ends with a semicolon, and strings hold no quotes of their own kind.
"""

from __future__ import annotations

import hashlib
import re
import string
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get

SOURCE = Path(__file__).parent / "static" / "siyu.js"
DECLARED = re.compile(r"\b(?:const|let) (\w{2,})")
#: Names that the text itself does not use.
SHORT = f"{string.ascii_uppercase}_$"
#: A string, or what can go: a comment, space (all of it, or all but one), what ends the last thing before a brace.
PIECE = re.compile(r"""("[^"]*"|'[^']*')|//[^\n]*\s*|(?<=\w)(\s+)(?=\w)|\s+|[;,]\s*(?=})""")


#: How long a browser may keep it: an hour, then it asks whether it changed; for ever if the address names the version.
AN_HOUR, FOR_EVER = "public, max-age=3600", "public, max-age=31536000, immutable"


@get("/siyu.js", sync_to_thread=False, include_in_schema=False)
def siyu_js(request: Request[Any, Any, Any]) -> Response[str | None]:
    """The script, for pages of any origin."""
    kept = FOR_EVER if request.query_params.get("v") == version() else AN_HOUR
    headers = {"ETag": f'"{version()}"', "Cache-Control": kept, "Access-Control-Allow-Origin": "*",
               "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff"}  # fmt: skip
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, status_code=304, headers=headers)
    return Response(snippet(), media_type="text/javascript", headers=headers)


@cache
def snippet() -> str:
    """The script as it is served."""
    return shortened(SOURCE.read_text(encoding="utf-8"))


@cache
def version() -> str:
    """Another one for every other script."""
    return hashlib.sha256(snippet().encode()).hexdigest()[:12]


def shortened(source: str) -> str:
    """The same script in fewer characters.

    >>> shortened('// why\\nlet count = 0;\\nconst up = () => {\\n  count = count + 1; // how\\n  return "a  b";\\n};')
    'let A=0,B=()=>{A=A+1;return"a  b"};'
    """
    plain = PIECE.sub(lambda found: found[1] or (" " if found[2] else ""), source)
    for name, letter in zip(dict.fromkeys(DECLARED.findall(plain)), SHORT):
        plain = re.sub(rf"\b{name}\b", letter, plain)
    return plain.replace("const ", "let ").replace(";let ", ",")
