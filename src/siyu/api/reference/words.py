"""Words of the page `/docs`: texts are English where they stand; `locale/` holds the Chinese ones (gettext .po)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
CATALOGUE = Path(__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "api.po"


def told(text: str, lang: str) -> str:
    """A text in the reader's language; as it is where it has no translation."""
    return chinese().get(text, text) if lang == "zh" else text


@cache
def chinese() -> dict[str, str]:
    """All texts that are translated."""
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}
