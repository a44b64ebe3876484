"""A damaged warehouse is said to be one, and rebuilt from the landed files with nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Siyu

AS_OF = ("--as-of", "2026-06-30", "--json")


@pytest.fixture
def loaded(siyu: Siyu, brand: Path, shared: Path) -> Path:
    files = sorted((shared / "oracles" / "brand_12").glob("[a-z]*s.csv"))
    assert siyu("load", *files, "-C", brand).code == 0
    declared = siyu("consent", "declare", "--source", "agreement", "--notice-version", "1", "--from", "2024-01-01",
                    "--proof", "legal/1.pdf", "-C", brand)  # fmt: skip
    assert declared.code == 0
    return brand


@pytest.mark.slow
def test_a_damaged_warehouse_is_explained_rebuilt_and_measures_the_same(siyu: Siyu, loaded: Path):
    before = siyu("measure", *AS_OF, "-C", loaded).json
    warehouse = loaded / "warehouse.duckdb"
    warehouse.write_bytes(b"no warehouse" * 1000)

    refused = siyu("measure", *AS_OF, "-C", loaded)
    assert refused.code == 2
    assert "siyu rebuild" in refused.err

    checks = {c["name"]: c["fine"] for c in siyu("check", "--json", "-C", loaded).json["checks"]}
    assert (checks["keys"], checks["warehouse"]) == (True, False)

    rebuilt = siyu("rebuild", "--json", "-C", loaded)
    assert rebuilt.code == 0, rebuilt.out
    assert rebuilt.json["missing"] == []
    after = siyu("measure", *AS_OF, "-C", loaded).json
    assert {**after, "identity_version": 0} == {**before, "identity_version": 0}


def test_the_damaged_file_is_kept(siyu: Siyu, brand: Path):
    siyu("check", "-C", brand)
    (brand / "warehouse.duckdb").write_bytes(b"no warehouse" * 1000)
    assert siyu("rebuild", "-C", brand).code == 0
    kept = [path.read_bytes()[:12] for path in brand.glob("warehouse.duckdb.aside-*")]
    assert kept == [b"no warehouse"]
