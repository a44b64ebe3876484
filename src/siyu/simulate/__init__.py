"""A simulated brand with known truth: raw exports over 30 months, written as a brand would download them."""

from .brand import Simulated, simulate
from .exportfile import Written

__all__ = ["Simulated", "Written", "simulate"]
