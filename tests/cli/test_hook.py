"""Hooks from the command line: secrets from the environment or standard input, never shown again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from siyu.cli.context import elsewhere
from siyu.store import hooks
from siyu.store.workspace import open_workspace
from tests.cli.conftest import Siyu

SECRET = "planted-secret-value"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Lines on standard input."""

    def given(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    given()
    return given


def test_a_hook_is_made_with_a_secret_from_standard_input(siyu: Siyu, brand: Path, typed):
    typed(SECRET)
    made = siyu("-C", brand, "hook", "create", "--door", "shopify", "--name", "tea", "--platform", "site", "--json")
    assert (made.code, made.json["path"]) == (0, "/hooks/shopify/tea")
    with open_workspace(brand) as workspace:
        found = hooks.find(workspace.operations, workspace.keys, "shopify", "tea")
    assert found == hooks.Hook("tea", "shopify", {"secret": SECRET}, '{"platform": "site"}')


def test_a_secret_from_the_environment_is_not_asked_for(siyu: Siyu, brand: Path, typed, monkeypatch):
    monkeypatch.setenv("SIYU_HOOK_SECRET", SECRET)
    assert siyu("-C", brand, "hook", "create", "--door", "signed", "--name", "erp").code == 0


def test_a_hook_of_wecom_asks_for_each_secret(siyu: Siyu, brand: Path, typed):
    typed("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "s" * 43)
    made = siyu("-C", brand, "hook", "create", "--door", "wecom", "--name", "main", "--corp-id", "ww1234567890abcdef")
    assert (made.code, "/hooks/wecom/main" in made.out) == (0, True)


def test_without_a_secret_nothing_is_made(siyu: Siyu, brand: Path, typed):
    refused = siyu("-C", brand, "hook", "create", "--door", "shopify", "--name", "tea")
    assert (refused.code, "Set SIYU_HOOK_SECRET" in refused.err) == (2, True)
    assert siyu("-C", brand, "hook", "list", "--json").json == {"hooks": []}


def test_a_list_shows_hooks_without_secrets_and_a_revoked_one_as_such(siyu: Siyu, brand: Path, typed):
    typed(SECRET)
    siyu("-C", brand, "hook", "create", "--door", "shopify", "--name", "tea")
    assert siyu("-C", brand, "hook", "revoke", "tea").code == 0
    listed = siyu("-C", brand, "hook", "list", "--json")
    (hook,) = listed.json["hooks"]
    assert (hook["name"], hook["revoked_at"] is None, "planted" in listed.out) == ("tea", False, False)
    assert "tea" in siyu("-C", brand, "hook", "list").out


def test_without_hooks_a_list_says_how_one_is_made_in_this_workspace(siyu: Siyu, brand: Path):
    listed = siyu("-C", brand, "hook", "list")
    assert (listed.code, listed.out) == (0, "")
    assert f"siyu hook create --door shopify --name NAME{elsewhere(brand)}" in listed.err


def test_an_unknown_door_is_refused_with_a_guess(siyu: Siyu, brand: Path, typed):
    refused = siyu("-C", brand, "hook", "create", "--door", "shopfy", "--name", "tea")
    assert (refused.code, "Did you mean 'shopify'?" in refused.err) == (2, True)
