"""siyu: one consumer base from a brand's exports, measured with FAST+."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siyu.brand import Brand, open

__version__ = "0.1.0"
__all__ = ["Brand", "__version__", "open"]


def __getattr__(name: str) -> Any:
    """`siyu.open` and `siyu.Brand`, found when first asked for, so that `siyu.core` stays light to import."""
    if name in ("Brand", "open"):
        from siyu import brand

        return getattr(brand, name)
    raise AttributeError(f"module 'siyu' has no attribute '{name}'")
