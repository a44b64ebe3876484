"""`siyu clv` as a person runs it, on the published CDNOW sample."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def cdnow(siyu, shared, tmp_path_factory):
    """A workspace that holds the CDNOW sample."""
    directory = tmp_path_factory.mktemp("cdnow") / "brand"
    assert siyu("init", directory).code == 0
    assert siyu("load", shared / "data" / "cdnow_sample.txt", "--map", "cdnow", "-C", directory).code == 0
    return directory


@pytest.mark.parametrize(
    ("model", "params", "log_likelihood"),
    [
        ("bg_nbd", {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
        ("pareto_nbd", {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
    ],
)
def test_the_published_parameters_come_out_of_the_file(siyu, cdnow, model, params, log_likelihood):
    fitted = siyu("clv", "fit", "--model", model, "--as-of", "1997-09-30", "--json", "-C", cdnow).json
    assert set(fitted) == {"model", "params", "se", "log_likelihood", "n", "unit", "converged", "fallback"}
    assert fitted["params"] == pytest.approx(params, abs=6e-4)
    assert fitted["log_likelihood"] == pytest.approx(log_likelihood, abs=0.1)
    assert (fitted["n"], fitted["unit"], fitted["converged"], fitted["fallback"]) == (2357, "week", True, None)


def test_the_back_test_beats_the_mean(siyu, cdnow):
    tested = siyu("clv", "backtest", "--as-of", "1998-06-30", "--days", "273", "--json", "-C", cdnow).json
    assert (tested["cut"], tested["buyers"], tested["actual_total"]) == ("1997-09-30", 2357, 1882.0)
    assert tested["mae"] < tested["mae_naive"]
    assert abs(tested["total_error"]) < 0.15


def test_scores_are_kept_and_can_be_asked(siyu, cdnow):
    scored = siyu("clv", "score", "--as-of", "1997-09-30", "--days", "273", "--json", "-C", cdnow).json
    assert scored["spend"]["params"] == pytest.approx({"p": 6.25, "q": 3.74, "v": 1544.5}, rel=2e-3)  # in cents
    asked = siyu("query", "SELECT count(*) AS n, sum(predicted_own) AS value FROM clv_score", "--json", "-C", cdnow)
    (row,) = asked.json["rows"]
    assert row["n"] == 2357
    assert row["value"] == pytest.approx(scored["predicted_own"])
    assert list(scored["by_role"]) == ["buyer_outside_f"]


def test_what_the_files_cannot_answer_is_null_and_says_why(siyu, cdnow):
    scored = siyu("clv", "score", "--as-of", "1997-09-30", "--json", "-C", cdnow).json
    assert set(scored["not_measurable"]) == {"first_purchase", "referral"}
    assert (scored["referral"], scored["predicted_referral"], scored["season"]["index"]) == (None, None, None)
    assert "two whole years" in scored["season"]["reason"]
    asked = siyu("query", "SELECT count(predicted_referral) AS n FROM clv_score", "--json", "-C", cdnow)
    assert asked.json["rows"] == [{"n": 0}]


def test_an_unknown_model_is_named_with_those_there_are(siyu, cdnow):
    ran = siyu("clv", "fit", "--model", "bgnbd", "-C", cdnow)
    assert ran.code == 2
    assert "bg_nbd" in ran.err


def test_people_get_tables_and_the_next_command(siyu, cdnow):
    ran = siyu("clv", "backtest", "--as-of", "1998-06-30", "--days", "273", "-C", cdnow)
    assert ran.code == 0
    assert "decile" in ran.out
    assert "buyers: net amount" in ran.out
    assert "referral: not measurable: no referrals" in ran.out
