"""How long the purchase models take: fit and score of many buyers, beside `lifetimes` where it is installed.

`python bench/clv.py [--buyers 1000000] [--models bg_nbd,pareto_nbd] [--beside]`; `--beside` also runs lifetimes.
Seconds are those of the clock and, beside them, of the processor, which depend little on what else the machine does.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from siyu.measures.clv.ladder import MODELS
from siyu.measures.clv.summary import Histories

#: Published for CDNOW; b is larger than there, so that many histories are long.
BG_NBD = (0.243, 4.414, 0.793, 5.0)
PARETO_NBD = (0.553, 10.578, 0.606, 11.669)
WEEKS, AHEAD, SEED = 104, 52, 2005
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]
#: Of the clock, of the processor.
Seconds = tuple[float, float]


def main() -> None:
    """Print one line per model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buyers", type=int, default=1_000_000)
    parser.add_argument("--models", default="bg_nbd,pareto_nbd")
    parser.add_argument("--beside", action="store_true", help="run lifetimes too (minutes at a million buyers)")
    asked = parser.parse_args()
    print(f"{asked.buyers:,} buyers, {WEEKS} weeks by day, score = expected purchases in {AHEAD} weeks and P(alive)")
    print(f"{'model':<24}{'fit s':>8}{'CPU s':>8}{'score s':>9}{'CPU s':>8}{'peak GB':>9}  log-likelihood, parameters")
    for name in asked.models.split(","):
        columns = SIMULATED[name](asked.buyers)
        _ours(name, columns)
        if asked.beside:
            _beside(name, columns)


def _ours(name: str, columns: Columns) -> None:
    model, fit = _timed(lambda: MODELS[name]().fit(*columns))
    _, score = _timed(lambda: (model.expected_purchases(AHEAD, *columns), model.probability_alive(*columns)))
    _line(name, fit, score, model.log_likelihood_, model.params_)


def _beside(name: str, columns: Columns) -> None:
    try:
        lifetimes, pandas = importlib.import_module("lifetimes"), importlib.import_module("pandas")
    except ImportError as missing:
        print(f"{'lifetimes ' + name:<24}not installed: {missing.name}")
        return
    x, t_x, T = (pandas.Series(column) for column in columns)
    fitter = {"bg_nbd": lifetimes.BetaGeoFitter, "pareto_nbd": lifetimes.ParetoNBDFitter}[name]()
    _, fit = _timed(lambda: fitter.fit(x, t_x, T))
    _, score = _timed(lambda: (fitter.conditional_expected_number_of_purchases_up_to_time(AHEAD, x, t_x, T),
                               fitter.conditional_probability_alive(x, t_x, T)))  # fmt: skip
    params = dict(fitter.params_)
    found = MODELS[name]()._likelihood(Histories.of(*columns))(np.array(list(params.values())))[0]
    _line(f"lifetimes {name}", fit, score, found, params)


def _timed(work: Callable[[], Any]) -> tuple[Any, Seconds]:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, (time.perf_counter() - clock, time.process_time() - processor)


def _line(name: str, fit: Seconds, score: Seconds, log_likelihood: float, params: dict[str, float]) -> None:
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    values = " ".join(f"{symbol} {value:.4f}" for symbol, value in params.items())
    seconds = f"{fit[0]:>8.2f}{fit[1]:>8.2f}{score[0]:>9.2f}{score[1]:>8.2f}"
    print(f"{name:<24}{seconds}{peak_gb:>9.2f}  {log_likelihood:,.2f}  {values}", flush=True)


def _bg_nbd(buyers: int) -> Columns:
    """N purchases would fall in T; the K-th is the last."""
    r, alpha, a, b = BG_NBD
    random = np.random.default_rng(SEED)
    T = random.integers(0, 7 * WEEKS + 1, buyers) / 7
    would = random.poisson(random.gamma(r, 1 / alpha, buyers) * T)
    last = random.geometric(np.maximum(random.beta(a, b, buyers), 1e-12))
    x = np.minimum(would, last)
    part = random.beta(np.maximum(x, 1), np.maximum(would - x + 1, 1))
    return x.astype(float), _by_day(np.where(x > 0, T * part, 0.0)), T


def _pareto_nbd(buyers: int) -> Columns:
    """Purchases fall evenly in the time until leaving or T."""
    r, alpha, s, beta = PARETO_NBD
    random = np.random.default_rng(SEED)
    T = random.integers(0, 7 * WEEKS + 1, buyers) / 7
    seen = np.minimum(T, random.exponential(1 / np.maximum(random.gamma(s, 1 / beta, buyers), 1e-12)))
    x = random.poisson(random.gamma(r, 1 / alpha, buyers) * seen)
    return x.astype(float), _by_day(np.where(x > 0, seen * random.beta(np.maximum(x, 1), 1), 0.0)), T


def _by_day(weeks: np.ndarray) -> np.ndarray:
    return np.ceil(weeks * 7 - 1e-9) / 7


SIMULATED = {"bg_nbd": _bg_nbd, "pareto_nbd": _pareto_nbd}

if __name__ == "__main__":
    main()
