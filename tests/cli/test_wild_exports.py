"""Exports as no platform would send them, bytes and cells changed at random: a load ends with 0, 1 or 2, never as a
bug, and every row that was read is accounted for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.simulate import simulate_platforms
from siyu.simulate.packing import pack
from siyu.simulate.samples import samples
from siyu.sources.mappings.mappingfile import platforms
from tests.simulate.test_platforms import rows_of

SAMPLES = samples(platforms())
STATUSES = ("loaded", "duplicate", "corrected", "filtered", "quarantined")
#: What stands in a cell where it should not.
CELLS = (
    "", " ", "\t", "'", '"', '="', "=1+1", "-", "-1", "0", "1e308", "NaN", "9" * 40, "０１２３", "1,2,3", "12.345",
    "¥9.9", "2026-02-30", "0000-00-00 00:00:00", "99999-01-01", "1899-12-31", "\ufeff", "\u202e", "é" * 300, "a\r\nb",
    "😀", "##", "*", "null", "是", "退款成功", "交易关闭", ";", "1;x", "\\", "\x0b", "%s", "{0}",
    "'; DROP TABLE orders; --",
)  # fmt: skip
#: Seconds for hundreds of loads beside whatever else the machine does.
PATIENCE = 1800
BYTES = (b"\0", b"\xff", b"\xef\xbb\xbf", b'"', b"\n", b"\r", b",", b"\t", b"PK\x03\x04", b"<tr>", b"\x80", b"9" * 99)


@pytest.fixture(scope="module")
def brand(siyu, tmp_path_factory):
    """Samples of every platform, and a workspace to load them into."""
    folder = tmp_path_factory.mktemp("wild")
    simulate_platforms(folder, platforms(), consumers=250, months=6)
    assert siyu("init", folder / "brand").code == 0
    return folder


def with_other_bytes(data: bytes, dice: random.Random) -> bytes:
    """Bytes changed, lost, put between, or repeated; the end cut off."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice((1, 1, 2, 7, 64, 2000)))
        piece = dice.choice((b"", dice.choice(BYTES), data[at:end] * 2, dice.randbytes(3)))
        data = data[:at] if dice.random() < 0.05 else data[:at] + piece + data[end:]
    return data


def with_other_cells(rows: list[list[str]], dice: random.Random) -> list[list[str]]:
    """Cells changed, rows short, long, lost, repeated or out of place; now and then the header too."""
    rows = [list(row) for row in rows]
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(rows)) if dice.random() < 0.2 else dice.randrange(len(rows) // 2, len(rows))
        row = rows[at]
        match dice.randrange(8):
            case 0:
                rows.insert(at, list(dice.choice(rows)))
            case 1:
                del row[dice.randrange(len(row) + 1) :]
            case 2:
                row += [dice.choice(CELLS)] * 3
            case _ if row:
                row[dice.randrange(len(row))] = dice.choice(CELLS)
    return rows


def spoilt(brand: Path, number: int, seed: int) -> Path:
    """One of the samples, changed by the dice of that seed."""
    sample, dice = SAMPLES[number], random.Random(seed)
    source, path = brand / "exports" / sample.file, brand / f"spoilt-{sample.file}"
    if seed % 2:
        path.write_bytes(with_other_bytes(source.read_bytes(), dice))
    else:
        pack(path, with_other_cells(rows_of(source, sample.encoding), dice), sample.encoding)
    return path


def stands(siyu, brand: Path, path: Path, *options: str) -> None:
    """Load the file; see that it ended as a load may end."""
    ran = siyu("load", path, "-C", brand / "brand", "--json", *options)
    log = brand / "brand" / "siyu.log"
    assert not log.exists(), log.read_text(encoding="utf-8")[-2000:]
    assert ran.code in (0, 1, 2)
    if ran.code < 2:
        assert all(f["read"] == sum(f["counts"][status] for status in STATUSES) for f in ran.json["files"])
        assert (ran.code == 1) == bool(ran.json["quarantined"] or ran.json["files_refused"])


changed = given(st.integers(0, len(SAMPLES) - 1), st.integers(0, 2**32))
kept_up = {"database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=12, derandomize=True, **kept_up)
@changed
def test_a_spoilt_export_is_loaded_refused_or_set_aside(siyu, brand, number, seed):
    stands(siyu, brand, spoilt(brand, number, seed), "--dry-run")


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@settings(max_examples=300, **kept_up)
@changed
def test_many_spoilt_exports_are_loaded_refused_or_set_aside(siyu, brand, number, seed):
    stands(siyu, brand, spoilt(brand, number, seed))
