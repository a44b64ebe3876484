"""Maximum likelihood of positive parameters, as all models here need it: several starts, standard errors, verdict.

Works on the logarithms of the parameters; leaves the likelihoods, with their gradients, to the models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from siyu.measures.clv.summary import Array

#: Log-likelihood of all observations and its gradient, of the parameters on their natural scale.
Likelihood = Callable[[Array], tuple[float, Array]]

#: Parameters are looked for within e^-12 .. e^12 of their natural size; beyond lies only the limiting model.
LOG_RANGE = 12.0
#: A standard error of 3 on the log scale says "somewhere between a twentieth and twenty times": not identified.
LOG_SE_MAX = 3.0
#: Converged: a further Newton step would raise the whole log-likelihood by less than this.
GAIN_MAX = 1e-4
HESSIAN_STEP = 1e-3
POLISH_STEPS = 12
#: Below this curvature per observation a direction is flat; a parameter with this share in it is not identified.
CURVATURE_MIN, SHARE_MIN = 1e-13, 0.05
_WORST = 1e10


@dataclass(frozen=True)
class Optimum:
    """Where the likelihood is highest: values and standard errors on the natural scale; which parameters the data do
    not determine, and how that showed."""

    params: Array
    se: Array
    log_likelihood: float
    converged: bool
    unidentified: tuple[str, ...] = ()
    degenerate: str | None = None


@dataclass(frozen=True)
class Problem:
    """A likelihood of n observations, its parameters' names, natural sizes and starting values.

    `sample` is the same likelihood on fewer rows (of `sample_n` observations): there the starts compete.
    """

    likelihood: Likelihood
    n: float
    symbols: tuple[str, ...]
    sizes: Array
    starts: Sequence[Sequence[float]]
    sample: Likelihood | None = None
    sample_n: float = 0.0


def maximise(problem: Problem) -> Optimum:
    """The best optimum from all starts, polished by Newton steps, with standard errors by the delta method."""
    full = _objective(problem.likelihood, problem.n)
    first = full if problem.sample is None else _objective(problem.sample, problem.sample_n)
    middle = np.log(problem.sizes)
    bounds = np.column_stack([middle - LOG_RANGE, middle + LOG_RANGE])
    theta = _best(first, [np.clip(np.log(start), *bounds.T) for start in problem.starts], bounds)
    theta, hessian, gain = _polish(full, theta, _hessian(first, theta), bounds, problem.n)
    if gain > GAIN_MAX and problem.sample is not None:
        theta = _search(full, theta, bounds).x
        theta, hessian, gain = _polish(full, theta, _hessian(full, theta), bounds, problem.n)
    log_se, flat = _log_se(hessian, problem.n)
    unidentified, degenerate = _degenerate(problem.symbols, theta - middle, flat)
    params = np.exp(theta)
    value, _ = problem.likelihood(params)
    return Optimum(params, params * log_se, value, not degenerate and gain <= GAIN_MAX, unidentified, degenerate)


Objective = Callable[[Array], tuple[float, Array]]


def _objective(likelihood: Likelihood, n: float) -> Objective:
    """Minus the mean log-likelihood, and its gradient, of log parameters; a wall where it cannot be computed."""

    def objective(theta: Array) -> tuple[float, Array]:
        params = np.exp(theta)
        value, gradient = likelihood(params)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return _WORST, np.zeros_like(theta)
        return -value / n, -gradient * params / n

    return objective


def _best(objective: Objective, starts: list[Array], bounds: Array) -> Array:
    found = [_search(objective, start, bounds) for start in starts]
    return min(found, key=lambda one: one.fun).x


def _search(objective: Objective, start: Array, bounds: Array) -> optimize.OptimizeResult:
    return optimize.minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds,
                             options={"maxiter": 500, "ftol": 1e-10, "gtol": 1e-7})  # fmt: skip


def _polish(full: Objective, theta: Array, hessian: Array, bounds: Array, n: float) -> tuple[Array, Array, float]:
    """Newton steps with the Hessian at hand, then its own: the place, its Hessian, the gain a further step promises."""
    theta, _ = _descend(full, theta, hessian, bounds, n, GAIN_MAX * 100)
    hessian = _hessian(full, theta)
    theta, gradient = _descend(full, theta, hessian, bounds, n, GAIN_MAX / 1e4)
    return theta, hessian, _gain(gradient, hessian, n)


def _descend(
    full: Objective, theta: Array, hessian: Array, bounds: Array, n: float, enough: float
) -> tuple[Array, Array]:
    """Steps -H^-1 g while they lead down and promise more than enough; the place and its gradient."""
    value, gradient = full(theta)
    for _ in range(POLISH_STEPS):
        if not _positive(hessian) or _gain(gradient, hessian, n) < enough:
            break
        step = np.clip(theta - np.linalg.solve(hessian, gradient), *bounds.T)
        new_value, new_gradient = full(step)
        if not new_value <= value:
            break
        theta, value, gradient = step, new_value, new_gradient
    return theta, gradient


def _hessian(objective: Objective, theta: Array) -> Array:
    """Central differences of the gradient."""
    rows = []
    for unit in np.eye(len(theta)) * HESSIAN_STEP:
        rows.append((objective(theta + unit)[1] - objective(theta - unit)[1]) / (2 * HESSIAN_STEP))
    hessian = np.array(rows)
    return (hessian + hessian.T) / 2


def _positive(hessian: Array) -> bool:
    return bool(np.isfinite(hessian).all() and np.linalg.eigvalsh(hessian)[0] > CURVATURE_MIN)


def _gain(gradient: Array, hessian: Array, n: float) -> float:
    if not _positive(hessian):
        return float("inf")
    return float(n * gradient @ np.linalg.solve(hessian, gradient) / 2)


def _log_se(hessian: Array, n: float) -> tuple[Array, Array]:
    """Standard errors of the log parameters (NaN where the Hessian has none), and in which the likelihood is flat."""
    if _positive(hessian):
        log_se = np.sqrt(np.diag(np.linalg.inv(hessian)) / n)
        return log_se, ~(log_se <= LOG_SE_MAX)
    unknown = np.full(len(hessian), np.nan)
    if not np.isfinite(hessian).all():
        return unknown, np.isnan(unknown)
    curvatures, directions = np.linalg.eigh(hessian)
    return unknown, (directions[:, curvatures <= CURVATURE_MIN] ** 2).sum(axis=1) > SHARE_MIN


def _degenerate(symbols: tuple[str, ...], distance: Array, flat: Array) -> tuple[tuple[str, ...], str | None]:
    """Which parameters run to the end of their range, or else are known to no order of magnitude; and in words."""
    running = [(symbol, f"{symbol} -> {'infinity' if far > 0 else '0'}") for symbol, far in zip(symbols, distance)
               if abs(far) > LOG_RANGE - 0.01]  # fmt: skip
    if running:
        return tuple(symbol for symbol, _ in running), ", ".join(words for _, words in running)
    loose = tuple(symbol for symbol, is_flat in zip(symbols, flat) if is_flat)
    return loose, f"the likelihood is flat in {', '.join(loose)}" if loose else None
