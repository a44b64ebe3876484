"""No value of a person stands in any file of the workspace, whatever this part was asked with it."""

import datetime as dt

import pytest

from siyu.core.errors import IdentityError
from siyu.identity.declare import declare_consent
from siyu.identity.resolve import resolve
from siyu.identity.show import show
from siyu.identity.unlink import split
from siyu.sources.load import load
from siyu.store import workspace as workspaces
from tests.identity.history import NOW

PHONE, STRANGER, EMAIL = "13800001234", "13911112222", "lin.planted@example.com"
ROWS = f"relation_type,started_at,id.phone,id.email\nmember,2025-05-01,{PHONE},{EMAIL}\n"


def test_no_plain_value_stands_in_any_file(tmp_path):
    (tmp_path / "relations.csv").write_text(ROWS)
    with workspaces.create(tmp_path / "brand") as brand:
        load(brand, [tmp_path / "relations.csv"], now=NOW)
        resolve(brand)
        found = show(brand, f"phone:{PHONE}")
        with pytest.raises(IdentityError):
            show(brand, f"phone:{STRANGER}")
        split(brand, found.consumer_id, f"{EMAIL} says {PHONE} is not hers", NOW)
        declare_consent(brand, source="agreement", notice_version="1", from_date=dt.date(2026, 1, 1),
                        proof=f"told by {PHONE}", now=NOW)  # fmt: skip
        resolve(brand)
    for path in (p for p in (tmp_path / "brand").rglob("*") if p.is_file()):
        content = path.read_bytes()
        assert not [value for value in (PHONE, STRANGER, EMAIL) if value.encode() in content], path.name
