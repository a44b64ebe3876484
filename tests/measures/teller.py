"""Who the people of a random brand are, when things happen to them, and the rows told so far."""

from __future__ import annotations

import datetime as dt
import random

Row = dict[str, str]
Brand = dict[str, list[Row]]

#: Days on which measures are asked; clocks change on two of them.
AS_OF = (dt.date(2026, 6, 30), dt.date(2025, 12, 31), dt.date(2026, 3, 29), dt.date(2025, 11, 2))
NAMESPACES = ("phone", "email", "unionid", "taobao_nick", "jd_pin", "customer")
#: Distances from an as-of day at which some window of definitions.md begins or ends.
EDGES = (*(0,) * 8, 1, 6, 7, 8, 14, 15, 29, 30, 31, 89, 90, 178, 179, 180, 181, 208, 209, 210, 211, 364, 365, 366,
         729, 730, 912, 913)  # fmt: skip
CLOCKS = (*(dt.time(0, 0, 0),) * 3, dt.time(23, 59, 59), dt.time(12, 0, 0), dt.time(0, 0, 1))


class Teller:
    """A brand being told: who the people are, and the rows so far."""

    def __init__(self, rng: random.Random, consumers: int) -> None:
        self.rng = rng
        self.rows: Brand = {}
        self.number = 0
        self.people = [self._ids(i) for i in range(consumers)]
        self.lively = rng.sample(range(consumers), max(4, consumers // 4))  # half of all that happens, happens to these

    def _ids(self, i: int, most: int = 4) -> dict[str, str]:
        """A person's identifiers; some share a phone with the person before them, and so are one consumer."""
        value = {"phone": f"139{i:08d}", "email": f"p{i}@example.com"}
        names = self.rng.sample(NAMESPACES, self.rng.randint(1, most))
        ids = {name: value.get(name, f"{name}-{i}") for name in names}
        if i and "phone" in ids and self.rng.random() < 0.08:
            ids["phone"] = f"139{i - 1:08d}"
        return ids

    def person(self) -> int:
        return self.rng.choice(self.lively) if self.rng.random() < 0.5 else self.rng.randrange(len(self.people))

    def stranger(self) -> int:
        """Somebody to whom nothing else has happened yet."""
        self.people.append(self._ids(len(self.people), most=2))
        return len(self.people) - 1

    def shown(self, person: int | None, prefix: str = "") -> Row:
        """The identifiers of a person that one record shows: often all, often one; none of nobody."""
        if person is None:
            return {}
        ids = self.people[person]
        names = list(ids) if self.rng.random() < 0.4 else self.rng.sample(list(ids), self.rng.randint(1, len(ids)))
        return {f"{prefix}id.{name}": ids[name] for name in names}

    def moment(self) -> dt.datetime:
        """Often an edge of a window of an as-of day, at midnight or a second beside; else any time, some in future."""
        if self.rng.random() < 0.45:
            day = self.rng.choice(AS_OF) - dt.timedelta(days=self.rng.choice(EDGES) - 1)
            return dt.datetime.combine(day, self.rng.choice(CLOCKS))
        day = dt.date(2024, 1, 1) + dt.timedelta(days=self.rng.randrange(960))
        return dt.datetime.combine(day, dt.time(self.rng.randrange(24), self.rng.choice((0, 0, 30))))

    def recent(self) -> dt.datetime:
        """Within a few days of an as-of day, so that things meet in a window."""
        back = self.rng.choice((-1, 0, 0, 1, 1, 2, 3, 5, 6, 7, 8, 20, 29, 30))
        day = self.rng.choice(AS_OF) - dt.timedelta(days=back)
        return dt.datetime.combine(day, self.rng.choice((*CLOCKS, dt.time(self.rng.randrange(24)))))

    def add(self, kind: str, person: int | None = None, /, **values: str | dt.datetime | None) -> Row:
        row = {name: text_of(value) for name, value in values.items()} | self.shown(person)
        self.rows.setdefault(kind, []).append(row)
        return row

    def next(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def shuffled(self) -> Brand:
        """Rows in any order, one in twenty twice."""
        for rows in self.rows.values():
            rows += [dict(row) for row in rows if self.rng.random() < 0.05]
            self.rng.shuffle(rows)
        return self.rows


def text_of(value: str | dt.datetime | None) -> str:
    return value.isoformat(" ") if isinstance(value, dt.datetime) else value or ""
