"""Identity is a function of the links alone: the same consumers and refusals on either engine, in steps or at once."""

from pathlib import Path

import pytest

from siyu.core import settings
from siyu.identity import resolve
from siyu.identity.unlink import unlink
from siyu.store import workspace as workspaces
from tests.identity.history import NOW, History

FAR = 2**62 + 1  # beyond what a float can tell apart


def test_both_engines_resolve_alike(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resolve, "WORTH_PICKING", 1.0)
    chosen = settings.defaults().with_values(warehouse__engine=engine)
    with workspaces.create(tmp_path / "brand", chosen) as brand:
        history = History(brand)
        history.load([(1, "member_card"), (2, "member_card"), (3, "phone"), (4, "openid"), (FAR, "openid")],
                     [(1, 3), (2, 3), (4, FAR)])  # fmt: skip
        history.resolve()
        assert history.people() == {1: 1, 2: 2, 3: 1, 4: 4, FAR: 4}
        history.load([(7, "phone")], [(7, FAR)])
        unlink(brand, 1, 3, "sold on", NOW)
        history.resolve()
        in_steps = history.results()
        assert history.people() == {1: 1, 2: 2, 3: 2, 4: 4, 7: 4, FAR: 4}
        assert [row[:3] for row in in_steps["review"]] == [(1, 3, "retracted")]
        assert history.resolve(full=True).changed == 0
        assert history.results() == in_steps
