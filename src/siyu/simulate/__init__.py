"""A simulated brand with known truth: raw exports over 30 months, written as a brand would download them."""

from .brand import Simulated, simulate
from .exportfile import Written
from .platforms import simulate_platforms

__all__ = ["Simulated", "Written", "simulate", "simulate_platforms"]
