"""What every purchase model must pass: its gradient is its likelihood's, its forecasts are those of drawn buyers."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.measures.clv.summary import Histories

HISTORIES = Histories.of([0, 0, 1, 1, 2, 5, 40, 3], [0, 0, 3, 30, 30.4, 20, 38, 12], [39, 12, 39, 30, 38.9, 38, 39, 12],
                         [5, 4, 3, 1, 1, 2, 1, 1])  # fmt: skip


def fixed(model, params):
    """A model with given parameters instead of fitted ones."""
    made = model()
    made.params_, made.degenerate_ = dict(zip(made.symbols, params)), None
    return made


def assert_gradient(model, params, likelihood=None) -> None:
    likelihood = likelihood or model._likelihood(HISTORIES)
    params = np.array(params)
    _, gradient = likelihood(params)
    for i, step in enumerate(np.eye(len(params)) * params * 1e-6):
        slope = (likelihood(params + step)[0] - likelihood(params - step)[0]) / (2 * step[i])
        assert gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-5)


def assert_calibrated(model, drawn, ahead) -> None:
    """Means of drawn buyers lie within 4 standard errors of the forecasts, in every class of frequency and recency."""
    forecast, alive = model.expected_purchases(ahead, *drawn.history), model.probability_alive(*drawn.history)
    late = drawn.t_x > drawn.T / 2
    for group in [
        (drawn.x == 0),
        *(
            (drawn.x >= low) & (drawn.x < high) & (late == half)
            for low, high in ((1, 2), (2, 5), (5, 1e9))
            for half in (False, True)
        ),
    ]:
        if group.sum() > 500:
            _assert_mean(drawn.future[group], forecast[group])
            _assert_mean(drawn.alive[group], alive[group])


def _assert_mean(seen, expected) -> None:
    error = (seen - expected).std() / np.sqrt(len(seen))
    assert abs(seen.mean() - expected.mean()) <= 4 * error + 1e-9
