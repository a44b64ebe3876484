"""How requests over HTTP name a person: in the body, because addresses are logged by many on their way."""

from __future__ import annotations

from dataclasses import dataclass

from siyu.privacy.docket import Case


@dataclass(frozen=True)
class Who:
    """Whom it is about. id: namespace:value (phone:138...), or an id."""

    id: str


@dataclass(frozen=True)
class Asked(Who):
    """A request of somebody. requester: who asked; reason: why; reference: the case's number elsewhere; no values."""

    requester: str = ""
    reason: str = ""
    reference: str = ""

    @property
    def case(self) -> Case:
        return Case(self.requester, self.reason, self.reference)
