"""Consumers one by one: lifecycle, RFM, shared value, the CLV matrix, its movement, and who may buy what next."""
