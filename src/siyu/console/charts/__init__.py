"""Charts: functions from rows to Vega-Lite specs. They know nothing of where rows come from."""
