"""WeCom and a served workspace: callbacks move F within seconds, and the lists that come afterwards agree with them."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from siyu.core.settings import defaults
from siyu.daily import resolve_and_measure
from siyu.store.workspace import create, open_workspace
from tests.api.process import NEVER, Served, serving, siyu, wait_until
from tests.api.serving import ROOT, now
from tests.stand_ins import wecom
from tests.stand_ins.callbacks import CHAT, Caller, contact, joined, parted
from tests.stand_ins.wecom import CORP_ID, SECRET, WeCom, external, follow, member

pytestmark = pytest.mark.slow

SECRETS = {"corp_id": CORP_ID, "token": "QDG6eK", "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
           "corp_secret": SECRET}  # fmt: skip
PAGE = (ROOT / "docs" / "how-to" / "connect-wecom.md").read_text(encoding="utf-8")
ZONE = defaults().zone
#: The brand's day before yesterday at noon, in seconds: callbacks tell of it, of the next hours and of the next day.
BEGAN = int((now().astimezone(ZONE) - dt.timedelta(days=2)).replace(hour=12, minute=0, second=0).timestamp())
HOUR, DAY = 3600, 86_400
LEFT, STAYS, BACK, MEMBER, GONE, BROUGHT = range(1, 7)


@dataclass(frozen=True)
class Brand:
    """A served brand with a hook of WeCom and a key that reads, and the stand-in that it asks."""

    directory: Path
    wecom: WeCom
    server: Served
    client: httpx.Client
    caller: Caller
    key: str

    def f(self, day: int) -> dict[str, Any]:
        """F as of the end of a day, counted from the first that the callbacks tell of (whatever the clock says now)."""
        asked = {"as_of": dt.datetime.fromtimestamp(BEGAN + day * DAY, ZONE).date().isoformat()}
        answered = self.client.get("/api/v1/measure", params=asked, headers={"Authorization": f"Bearer {self.key}"})
        return answered.json()["fast_plus"]["F"]

    def count(self, kind: str) -> int:
        """Facts of a kind."""
        question = {"sql": f"SELECT count(*) AS n FROM {kind}"}
        answered = self.client.post("/api/v1/query", json=question, headers={"Authorization": f"Bearer {self.key}"})
        return answered.json()["rows"][0]["n"]


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    """A corp with one group, and the brand that it calls."""
    directory = tmp_path_factory.mktemp("wecom") / "brand"
    create(directory).close()
    groups = {CHAT: [member(MEMBER, BEGAN), member(GONE, BEGAN), member(BROUGHT, BEGAN + HOUR, external(MEMBER))]}
    with wecom.serving(wecom.Corp(groups=groups)) as running:
        settle(directory / "siyu.toml", running.url)
        yield from served(directory, running)


def settle(path: Path, url: str) -> None:
    """The workspace asks the stand-in."""
    own = f'[wecom]\nbase_url = "{url}"\nallow_loopback = true\n'
    path.write_text(path.read_text(encoding="utf-8").replace("[wecom]\n", own), encoding="utf-8")


def served(directory: Path, running: WeCom) -> Iterator[Brand]:
    """The server, with the hook that the page makes."""
    [shown] = re.findall(r"^\$ siyu (hook create .*) -C my-brand$", PAGE, re.MULTILINE)
    with pytest.MonkeyPatch.context() as environment:
        for name in ("token", "encoding_aes_key", "corp_secret"):
            environment.setenv(f"SIYU_HOOK_{name.upper()}", SECRETS[name])
        made = json.loads(siyu(*shlex.split(shown), "--json", directory=directory).stdout)
    key = json.loads(siyu("key", "create", "--scope", "read", "--json", directory=directory).stdout)["key"]
    with (serving(directory, directory.parent / "log") as server,
          httpx.Client(base_url=server.url, timeout=NEVER) as client):  # fmt: skip
        yield Brand(directory, running, server, client, Caller(client, made["path"], SECRETS), key)


def friend(change: str, who: int, at: int) -> bytes:
    return contact(change, at, external(who), "lin")


def test_the_hook_that_the_page_makes_answers_the_check_of_its_address(brand: Brand):
    assert brand.caller.path == "/hooks/wecom/corp"
    assert brand.caller.check(b"1616140317555161061").text == "1616140317555161061"


def test_callbacks_move_f_in_any_order_and_the_lists_agree(brand: Brand):
    sent = [friend("add_external_contact", LEFT, BEGAN), friend("add_external_contact", STAYS, BEGAN + HOUR),
            friend("add_external_contact", BACK, BEGAN), joined(BEGAN, external(MEMBER), external(GONE), "lin"),
            joined(BEGAN + HOUR, external(BROUGHT))]  # fmt: skip
    told(brand, sent, {"relation_gross": 6, "sustainable_relationships": 6}, day=0)
    wait_until(lambda: brand.count("referrals") == 1)
    ends = [friend("del_follow_user", LEFT, BEGAN + DAY), parted(BEGAN + DAY, external(GONE)),
            friend("add_external_contact", BACK, BEGAN + DAY + HOUR), friend("del_external_contact", BACK, BEGAN + DAY)]
    told(brand, [*ends, *sent, *ends], {"relation_gross": 4, "sustainable_relationships": 4}, day=1)
    assert brand.f(0)["sustainable_relationships"] == 6
    assert brand.server.stop() == 0
    reconciled(brand)


def told(brand: Brand, messages: list[bytes], expected: dict[str, int], day: int) -> None:
    """Callbacks are answered `success`, and are in the next measure."""
    assert {brand.caller.send(message).text for message in messages} == {"success"}
    found = brand.f(day)
    assert {name: found[name] for name in expected} == expected


def reconciled(brand: Brand) -> None:
    """WeCom's lists, which still show who deleted the staff and know everybody's unionid, move no figure."""
    since = {LEFT: BEGAN, STAYS: BEGAN + HOUR, BACK: BEGAN + DAY + HOUR}
    brand.wecom.corp.contacts = [follow("lin", *one) for one in since.items()]
    del brand.wecom.corp.groups[CHAT][1]
    before = measured(brand)
    report = json.loads(siyu("wecom", "sync", "--json", directory=brand.directory).stdout)
    assert [file["snapshot"] and file["snapshot"]["closed"] for file in report["files"]] == [0, 0, None]
    assert measured(brand) == before


def measured(brand: Brand) -> dict[str, Any]:
    with open_workspace(brand.directory) as workspace:
        found = resolve_and_measure(workspace, now=now())["fast_plus"]
    return {name: found[name] for name in ("F", "A")}
