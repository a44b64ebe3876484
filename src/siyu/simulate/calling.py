"""How persons are called in text columns: names and nicknames, many of them the same for several persons."""

import numpy as np

from . import columns as text
from .names import GIVEN, NICKS, SURNAMES


def full_names(who: np.ndarray) -> text.Text:
    return text.glue(text.pick(SURNAMES, who % len(SURNAMES)), text.pick(GIVEN, who // 31 % len(GIVEN)))


def nicknames(who: np.ndarray) -> text.Text:
    return text.glue(text.pick(NICKS, who % len(NICKS)), text.whole(who % 97))
