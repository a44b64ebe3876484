"""The second definition of every measure: plain DuckDB SQL written from metrics.md alone, run over the facts.

`reference(connection, settings, as_of, window_days)` gives the figures of `siyu measure --json` that the worked
brands list. It knows nothing of siyu.measures and of spans: state is computed per consumer and instant.
`states` gives everybody's state around every change, to hold spans against.
"""

from tests.measures.reference.document import reference, states

__all__ = ["reference", "states"]
