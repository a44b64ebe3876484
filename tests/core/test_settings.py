"""Settings: declared once, explained in the file, every mistake reported together."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from siyu.core import settings
from siyu.core.errors import SettingsError
from siyu.core.settings import SETTINGS


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "siyu.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        settings.read(written(tmp_path, text))
    return str(refused.value)


def test_each_setting_has_a_section_a_sentence_and_a_line_in_the_file():
    document = settings.document()
    for setting in SETTINGS:
        key = setting.name.split(".", 1)[1]
        assert setting.help.endswith("."), setting.name
        assert f"# {setting.help}\n" in document
        assert f"\n# {key} = " in document or f"\n{key} = " in document


def test_names_are_declared_once():
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_the_file_that_init_writes_gives_the_defaults(tmp_path: Path):
    assert settings.read(written(tmp_path, settings.document())) == settings.defaults()


def test_its_commented_lines_hold_the_defaults_too(tmp_path: Path):
    lines = [line.removeprefix("# ") if " = " in line else line for line in settings.document().splitlines()]
    kept = [line for line in lines if not line.startswith("#") and (" = " in line or line.startswith("["))]
    sentences = {setting.help for setting in SETTINGS}
    text = "\n".join(line for line in kept if line not in sentences)
    assert settings.read(written(tmp_path, text)) == settings.defaults()


def test_changed_values_survive_the_file(tmp_path: Path):
    changed = settings.defaults().with_values(
        brand__name='思域 "A"\\B\nC', roles__spreading_days=90, snapshot__max_drop=0.5, identity__unique=[],
        relations__types={"store_friend": ["wecom"]}, identity__blocked=["n/a", "无"])
    assert settings.read(written(tmp_path, settings.document(changed))) == changed


def test_brackets_without_end_are_no_settings(tmp_path: Path):
    assert "siyu.toml is not valid TOML: tables and lists" in refusal(tmp_path, f"a = {'[' * 5_000}{']' * 5_000}")


def test_all_mistakes_are_reported_together(tmp_path: Path):
    message = refusal(tmp_path, """
        [brand]
        zone = "Asia/Shanghay"
        currency = "rmb"
        phone_region = "86"
        curency = "CNY"
        [warehouse]
        engine = "sqlite"
        memory = "four"
        [roles]
        spreading_days = "180"
        spreading_referrals = -1
        [snapshot]
        max_drop = 20
        [identity]
        unique = "member_card"
        [relations.types]
        friend = ["sms", "telegram"]
        [touchpoints.windows.shop]
        settle_hour = 3
        """)
    for part in ("has 12 mistake(s)", "Asia/Shanghay", "'rmb'", "'86'",
                 "'brand.curency'. Did you mean 'brand.currency'?", "duckdb, spark; found 'sqlite'", "'four'",
                 "expected a whole number, found '180'", "found -1",
                 "found 20", "expected a list of texts", "relations.types.friend",
                 "unknown window 'settle_hour'. Did you mean 'settle_hours'?", "siyu settings"):
        assert part in message


@pytest.mark.parametrize(("line", "found"), [
    ("roles = 3", "roles: expected a section, [roles] with its settings beneath, found 3"),
    ("[roles]\nspreading_days = 100000000000", "expected 0 to 100,000, found 100,000,000,000"),
    ("[identity]\nmax_component = 1", "expected 2 identifiers or more, found 1"),
    ("[identity]\nnamespaces = []", "found none"),
    ("[identity]\nnamespaces = ['phone', 'email', 'phone']", "'phone' stands there twice"),
    ("[identity]\nblocked_phones = ['021-5888', 'shop']", "expected phone numbers, found 'shop'"),
    ("[retention]\nevents = 24000", "retention.events: expected 0 to 1,200 months, found 24,000"),
    ("[retention]\nconsent_proof = 99999", "retention.consent_proof: expected 0 to 1,200 months, found 99,999"),
    ("[brand]\nname = ' '", "expected a name"),
    ("[warehouse]\nmemory = '1KB'", "expected 256MB or more, found '1KB'"),
    ("[live]\nevery_seconds = 0", "expected 1 second or more, found 0"),
    ("[roles]\nspreading_days = true", "expected a whole number, found True"),
    ("[value]\ndays = 1.5", "expected a whole number, found 1.5"),
    ("[touchpoints]\nwindows = {shop = 3}", "touchpoints.windows.shop"),
    ("[touchpoints]\nwindows = {shop = {settle_hours = -1}}", "0 to 100,000"),
])
def test_one_mistake_says_where_and_what(tmp_path: Path, line: str, found: str):
    assert found in refusal(tmp_path, line)


def test_a_folder_where_the_file_should_be_is_refused(tmp_path: Path):
    (tmp_path / "siyu.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.read(tmp_path / "siyu.toml")


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path):
    assert "line 2" in refusal(tmp_path, "[brand]\nname = Lin\n")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path):
    assert settings.read(written(tmp_path, '\ufeff[brand]\nname = "Lin"\n')).brand == "Lin"


def test_added_relation_types_stand_beside_the_known_ones(tmp_path: Path):
    found = settings.read(written(tmp_path, '[relations.types]\nfriend = ["wecom", "sms"]')).channels_of_relation
    assert found["friend"] == ("wecom", "sms")
    assert found["fan"] == ("subscription",)


def test_unlisted_namespaces_come_after_listed_ones():
    ranks = [settings.defaults().namespace_rank(n) for n in ("member_card", "phone", "never_heard_of")]
    assert ranks == sorted(ranks)
    assert ranks[2] == len(settings.defaults()["identity.namespaces"])


def test_the_file_is_plain_toml():
    assert tomllib.loads(settings.document())["brand"]["zone"] == "Asia/Shanghai"
