"""The reference of all addresses: true to the handlers, in both languages, with nothing fetched for it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from siyu.api.reference import page as module
from siyu.api.reference.page import Page, page, read
from siyu.api.reference.words import chinese
from tests.api.whole import Whole

TOLD = re.compile(r"""told\((?:"([^"]+)"|'([^']+)')\)""")


@pytest.fixture
def schema(whole: Whole) -> dict:
    return whole.client.get("/openapi.json").json()


def texts(shown: Page) -> set[str]:
    """Everything on the page that has a language."""
    template = (Path(module.__file__).parent / "templates" / "reference.html").read_text(encoding="utf-8")
    found = {shown.meaning, *(meaning for _, meaning in shown.schemes), *(a or b for a, b in TOLD.findall(template))}
    for group in shown.groups:
        found.add(group.meaning)
        for operation in group.operations:
            found |= {operation.summary, operation.meaning, *(meaning for _, meaning in operation.answers)}
            found |= {text for f in operation.fields for text in (f.place, f.meaning)}
    return found - {""}


def test_every_text_of_the_page_has_a_chinese_one(schema: dict):
    assert texts(read(schema)) - set(chinese()) == set()


def test_every_address_says_what_it_is_for_and_stands_on_the_page(schema: dict):
    operations = [operation for group in read(schema).groups for operation in group.operations]
    assert {f"/v1/{name}" for name in ("track", "identify", "page", "screen", "group", "alias", "batch", "import")} <= {
        operation.path for operation in operations}  # fmt: skip
    drawn = page(schema, "en")
    assert [o.id for o in operations if not o.summary or f'<article id="{o.id}">' not in drawn] == []


def test_members_inside_lists_are_named_with_their_way(schema: dict):
    [batch] = [o for group in read(schema).groups for o in group.operations if o.id == "batch"]
    named = {field.name: field for field in batch.fields}
    assert (named["batch"].required, named["batch"].type) == (True, "array")
    assert "identify" in named["batch[].type"].type
    assert '"messageId"' in batch.example


@pytest.mark.parametrize(("asked", "accepted", "lang"), [
    ("?lang=zh", "en", "zh-CN"), ("?lang=en", "zh", "en"), ("", "en-GB,zh;q=0.5", "en"), ("", "fr", "zh-CN"),
    ("?lang=xx", "zh-TW", "zh-CN"),
])  # fmt: skip
def test_the_page_speaks_the_readers_language(whole: Whole, asked: str, accepted: str, lang: str):
    shown = whole.client.get(f"/docs{asked}", headers={"Accept-Language": accepted})
    assert (shown.status_code, f'<html lang="{lang}">' in shown.text) == (200, True)


def test_nothing_is_fetched_for_the_page_and_nothing_runs_in_it(whole: Whole):
    shown = whole.client.get("/docs").text
    assert "default-src 'none'" in html.unescape(shown)
    assert re.findall(r"<script|https?://|@import|url\(", shown) == []
