"""`siyu report -o`: the ending of a name chooses the form; one measurement, several files; refusals come first."""

from __future__ import annotations

from pathlib import Path

import pytest
from pptx import Presentation
from python_calamine import CalamineWorkbook

import siyu as package
from tests.cli.conftest import Siyu

MEMBERS = "joined_at,id.phone\n2026-01-05 10:00:00,13800000001\n2026-02-01 10:00:00,13800000002\n"


@pytest.fixture
def loaded(siyu: Siyu, brand: Path, tmp_path: Path) -> Path:
    """A brand of two members."""
    path = tmp_path / "members.csv"
    path.write_text(MEMBERS, encoding="utf-8")
    assert siyu("load", path, "--as", "members", "-C", brand).code == 0
    return brand


@pytest.mark.slow
def test_one_run_writes_page_workbook_and_slides(siyu: Siyu, loaded: Path, tmp_path: Path):
    paths = [tmp_path / name for name in ("r.html", "r.xlsx", "r.PPTX")]
    wanted = [word for path in paths for word in ("-o", path)]
    ran = siyu("report", "--as-of", "2026-03-01", *wanted, "--lang", "en", "--json", "-C", loaded)
    assert ran.code == 0, ran.err
    assert [file["path"] for file in ran.json["files"]] == [str(path) for path in paths]
    assert [file["bytes"] for file in ran.json["files"]] == [path.stat().st_size for path in paths]
    assert CalamineWorkbook.from_path(paths[1]).sheet_names[0] == "Summary"
    assert Presentation(str(paths[2])).slides[0].shapes.title.text_frame.text
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.slow
def test_two_members_are_fewer_than_ten_in_the_workbook_and_two_on_the_page(siyu: Siyu, loaded: Path, tmp_path: Path):
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    siyu("report", "--as-of", "2026-03-01", "-o", page, "-o", book, "--lang", "en", "-C", loaded)
    summary = {row[0]: row[1] for row in CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()}
    assert summary["F · Sustainable relations"] == "<10"
    assert '<p class="value">2</p>' in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_in_python_the_ending_chooses_the_form_too(loaded: Path, tmp_path: Path):
    with package.open(loaded) as brand:
        written = brand.report(tmp_path / "r.xlsx", lang="zh")
    assert CalamineWorkbook.from_path(written).sheet_names[0] == "概要"


@pytest.mark.parametrize("name", ["r.pdf", "r", "r.pptxx"])
def test_a_form_that_is_not_known_is_refused_with_those_that_are(siyu: Siyu, brand: Path, tmp_path: Path, name: str):
    ran = siyu("report", "-o", tmp_path / "ok.html", "-o", tmp_path / name, "-C", brand)
    assert ran.code == 2
    assert "expected a name that ends in .html, .htm, .xlsx, .pptx" in ran.err
    assert list(tmp_path.glob("ok*")) == []


def test_a_folder_in_place_of_a_file_is_refused(siyu: Siyu, brand: Path, tmp_path: Path):
    (tmp_path / "r.xlsx").mkdir()
    ran = siyu("report", "-o", tmp_path / "r.xlsx", "-C", brand)
    assert (ran.code, "expected a file, found a folder" in ran.err) == (2, True)


def test_a_folder_that_is_not_there_is_refused(siyu: Siyu, brand: Path, tmp_path: Path):
    ran = siyu("report", "-o", tmp_path / "nowhere" / "r.pptx", "-C", brand)
    assert (ran.code, "there is no folder" in ran.err) == (2, True)


def test_the_same_file_twice_is_refused(siyu: Siyu, brand: Path, tmp_path: Path):
    ran = siyu("report", "-o", tmp_path / "r.xlsx", "-o", tmp_path / "r.xlsx", "-C", brand)
    assert (ran.code, "named twice" in ran.err) == (2, True)


def test_a_file_that_cannot_be_written_is_refused_and_leaves_nothing(siyu: Siyu, loaded: Path, tmp_path: Path):
    name = "r" * 251 + ".xlsx"  # longer than file systems allow
    ran = siyu("report", "--as-of", "2026-03-01", "-o", tmp_path / name, "-C", loaded)
    assert (ran.code, "expected a file that can be written" in ran.err) == (2, True)
    assert not list(tmp_path.glob("r*"))
