"""What a key that administers does over HTTP: as over the command line, told with a remedy, and in the audit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from siyu.api.writer import Writer
from siyu.identity.consents import rows_of
from siyu.store.audit import acts
from tests.api.whole import ANNA, LIN, Whole

STRANGER = "13711112222"


def done(whole: Whole, method: str, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    """The answer to a key that administers."""
    answer = whole.call(method, f"/api/v1/{path}", **({"json": body} if method == "POST" else {}))
    assert answer.status_code == status, answer.text
    return answer.json()


def actor(whole: Whole) -> str:
    """The administering key as the audit names it."""
    return next(f"key {key['name']} #{key['id']}" for key in done(whole, "GET", "keys")["keys"]
                if key["scope"] == "admin" and not key["revoked"])  # fmt: skip


def test_a_key_is_made_listed_and_revoked_in_the_name_of_the_one_that_did_it(whole):
    made = done(whole, "POST", "keys", 201, scope="read", name="dashboard")
    assert whole.client.get("/health", headers={"Authorization": f"Bearer {made['key']}"}).json()["loops"] == []
    listed = next(key for key in done(whole, "GET", "keys")["keys"] if key["name"] == "dashboard")
    assert (listed["rate"], made["key"] in str(listed)) == (50, False)
    assert done(whole, "POST", f"keys/{listed['id']}/revoke")["revoked"] is not None
    again = done(whole, "POST", f"keys/{listed['id']}/revoke", 409)
    assert (again["code"], "is revoked already" in again["message"]) == ("refused", True)
    newest = acts(whole.workspace.operations, act="key.", limit=2)
    assert [(act.act, act.actor) for act in newest] == [("key.revoke", actor(whole)), ("key.create", actor(whole))]


def test_mistakes_of_callers_are_told_as_theirs(whole):
    told = done(whole, "GET", "measure?as_of=2026-13-01", 400)["message"]
    assert told == "`as_of`: expected a day of the calendar, like 2026-01-31."
    for path in ("query", "erasures"):
        answer = whole.call("POST", f"/api/v1/{path}", content=b"[" * 5000)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    hooks = done(whole, "POST", "hooks", 400, door="signed", name="crm", secrets={"secret": "s3cret-and-long-enough"},
                 defaults={"user_namespace": ""})  # fmt: skip
    assert hooks["message"].startswith("user_namespace: expected a small letter")


def test_a_hook_is_made_listed_and_revoked_and_its_secret_is_never_shown(whole):
    made = done(whole, "POST", "hooks", 201, door="signed", name="crm", secrets={"secret": "s3cret-and-long-enough"})
    assert made == {"name": "crm", "door": "signed", "path": "/hooks/signed/crm"}
    assert "s3cret" not in str(done(whole, "GET", "hooks"))
    assert done(whole, "POST", "hooks/crm/revoke") == {"name": "crm", "revoked": True}
    assert done(whole, "POST", "hooks/crm/revoke", 404)["hint"] == "`siyu hook list` shows them."
    assert acts(whole.workspace.operations, act="hook.revoke")[0].actor == actor(whole)


def test_a_person_is_forgotten_once_somebody_has_checked(whole):
    assert done(whole, "POST", "erasures/plan", id=f"phone:{ANNA}")["plan"]["erased"] == {"members": 1}
    asked = done(whole, "POST", "erasures", 201, id=f"phone:{ANNA}", requester="she", reference="case 7")
    number = asked["request"]
    assert done(whole, "POST", "erasures/run") == {"done": [], "files_left": [], "goes_on": False}
    assert done(whole, "POST", f"erasures/{number}/approve")["status"] == "approved"
    assert done(whole, "POST", f"erasures/{number}/reject", 409)["message"].startswith(f"Request {number} is approved")
    (erased,) = done(whole, "POST", "erasures/run")["done"]
    assert (erased["status"], erased["receipt"]["erased"]["members"]) == ("done", 1)
    assert done(whole, "GET", f"erasures/{number}") == erased
    assert erased in done(whole, "GET", "erasures")["requests"]
    assert done(whole, "GET", "erasures?open=true")["requests"] == []
    trail = acts(whole.workspace.operations, act="erasure.")
    assert {(act.act, act.actor) for act in trail} == {
        (f"erasure.{verb}", actor(whole)) for verb in ("request", "approved", "done")}  # fmt: skip


def test_a_copy_is_handed_over_once_somebody_has_checked(whole):
    seen = done(whole, "POST", "subject-exports/look", id=f"phone:{LIN}")
    assert (LIN in str(seen), len(seen["records"]["members"])) == (False, 1)
    number = done(whole, "POST", "subject-exports", 201, id=f"phone:{LIN}")["request"]
    early = done(whole, "POST", f"subject-exports/{number}/run", 409)
    assert early["hint"] == f"`siyu subject-export approve {number}`, once whoever asked is checked."
    done(whole, "POST", f"subject-exports/{number}/approve")
    copy = done(whole, "POST", f"subject-exports/{number}/run")
    assert [one["value"] for one in copy["identifiers"] if one["namespace"] == "phone"] == [f"+86{LIN}"]
    assert done(whole, "GET", f"subject-exports/{number}")["receipt"]["members"] == 1
    assert done(whole, "POST", f"subject-exports/{number}/reject", 409)["code"] == "refused"


def test_a_consent_is_recorded_and_shown_and_its_link_opens(whole):
    said = {"id": f"phone:{LIN}", "action": "withdraw", "channel": "sms", "source": "hotline"}
    assert done(whole, "POST", "consents", 201, **said)["identifier_id"] == str(whole.id_of(LIN))
    shown = done(whole, "POST", "consents/show", id=f"phone:{LIN}")
    assert [(s["channel"], s["standing"]) for s in shown["standings"]] == [("sms", "withdrawn")]
    assert LIN not in str(shown)
    path = done(whole, "POST", "consents/link", id=f"phone:{LIN}")["path"]
    assert whole.client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert rows_of(whole.workspace.operations, [whole.id_of(LIN)])[-1].source == "preference link"


def test_the_audit_is_read_by_part_and_says_how_much_there_is(whole):
    done(whole, "POST", "keys", 201, scope="collect", name="one more")
    told = done(whole, "GET", "audit?act=key.create&limit=1")
    assert ([act["subject"] for act in told["acts"]], told["total"] > 1) == (["one more"], True)
    assert done(whole, "GET", "audit?since=2100-01-01") == {"acts": [], "total": 0}
    assert done(whole, "GET", "audit?since=1950-01-01")["total"] > 1
    assert "from 1900-01-01 to 9998-12-31" in done(whole, "GET", "audit?since=9999-12-31", 400)["message"]


def test_a_window_may_be_as_long_as_on_the_command_line(whole):
    assert done(whole, "GET", "measure?window=99999")["window_days"] == 99_999
    told = done(whole, "GET", "measure?window=100001", 400)["message"]
    assert told == "`window`: expected a whole number of at most 100000."


def test_a_server_is_ready_as_long_as_its_writer_keeps_what_comes(whole, monkeypatch):
    """With the inbox in a database it does so while the disk of the folder is low."""
    monkeypatch.setattr("siyu.api.health.shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    for full, status in ((False, 200), (True, 503)):
        monkeypatch.setattr(Writer, "full", full)
        assert whole.client.get("/ready").status_code == status


@pytest.mark.parametrize(("path", "body", "status", "told"), [
    ("keys", {"scope": "all"}, 400, ("expected one of collect, read, admin", "Nothing was made")),
    ("keys", {}, 400, ("The body lacks `scope`.", "/docs")),
    ("consents", {"id": f"phone:{STRANGER}"}, 400, ("The body lacks `action`.", "/docs")),
    ("consents", {"id": 1, "action": STRANGER}, 400, ("`id`: expected a text, got a whole number.", "/docs")),
    ("keys", {"scope": "read", "origins": [1]}, 400, ("`origins[0]`: expected a text", "/docs")),
    ("keys/999/revoke", {}, 404, ("There is no key 999", "siyu key list")),
    ("erasures", {"id": "fone:1"}, 400, ("Unknown namespace 'fone'", "Known here")),
    ("erasures/999/approve", {}, 404, ("no erasure request 999", "siyu erase list")),
    ("subject-exports/999/run", {}, 404, ("no request for a copy 999", "siyu subject-export list")),
    ("consents", {"id": f"phone:{STRANGER}", "action": "grant", "source": "x"}, 400, ("notice", "Nothing was rec")),
    ("consents/link", {"id": f"phone:{STRANGER}"}, 400, ("has not been seen", "siyu consent record")),
    ("nothing", {}, 404, ("Not Found", "/docs")),
])  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_what_to_do(whole, path, body, status, told):
    refused = done(whole, "POST", path, status, **body)
    assert set(refused) == {"code", "message", "hint"}
    assert told[0] in refused["message"]
    assert told[1] in refused["hint"]
    assert STRANGER not in str(refused)


@pytest.mark.parametrize(("body", "told"), [
    (b"", "The body: expected an object, got nothing."),
    (b"[]", "The body: expected an object, got a list."),
    (b"{}", "The body lacks `sql`."),
    (b'{"sql": NaN}', "The body is not JSON: it goes wrong at byte 8."),
    (b"[" * 5000, "The body is nested too deeply."),
])  # fmt: skip
def test_a_body_that_cannot_be_read_is_told_in_words(whole, body, told):
    refused = whole.call("POST", "/api/v1/query", content=body).json()
    assert refused["message"].startswith(told)
    assert "data" not in str(refused)


def test_elsewhere_a_refusal_is_told_by_code_and_message(whole):
    assert set(whole.client.post("/v1/track", json={}).json()) == {"code", "message"}


def test_a_store_out_of_reach_is_no_bug_and_no_fault_of_the_caller(whole, monkeypatch):
    def lost(*_) -> None:
        raise DBAPIError("SELECT 1", {}, ConnectionError("gone"), connection_invalidated=True)

    monkeypatch.setattr("siyu.privacy.erase.plan", lost)
    answer = whole.call("POST", "/api/v1/erasures/plan", json={"id": f"phone:{LIN}"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "no_store", "5")


@pytest.fixture
def held(whole: Whole) -> Iterator[None]:
    """Another process has the warehouse of the server."""
    whole.site.worker.ask(lambda _say: whole.workspace.close_warehouse()).result(60)
    path = str(whole.workspace.directory / "warehouse.duckdb")
    code = f"import duckdb; c = duckdb.connect({path!r}); print('held', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    yield
    process.communicate("\n")


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "measure", {}),
    ("POST", "query", {"sql": "SELECT 1"}),
    ("POST", "erasures", {"id": f"phone:{LIN}"}),
    ("POST", "erasures/run", {}),
])  # fmt: skip
def test_a_warehouse_that_another_process_has_is_no_fault_of_the_caller(whole, held, method, path, body):
    answer = whole.call(method, f"/api/v1/{path}", **({"json": body} if method == "POST" else {}))
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "held", "5")
    assert "is held by process" in answer.json()["message"]
