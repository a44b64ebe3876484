"""Diagnosis: where to act and why — index, weakest driver, decomposition, alerts, guarantees."""
