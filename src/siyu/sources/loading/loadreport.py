"""What a load did: counts that add up, reasons with masked examples, notes. Data; screens draw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from siyu.sources.facts.versions import STATUS
from siyu.sources.landed.quarantine import Quarantined

#: Examples kept per reason.
EXAMPLES = 3


@dataclass
class Reason:
    """Why rows of one column were refused, how many, and the first of them (line, masked value). named: the column as
    the file's own people know it.
    """

    column: str
    reason: str
    named: str = ""
    rows: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class FileReport:
    """One file. read = loaded + duplicate + corrected + filtered + quarantined, in source rows.

    kinds: the same counts per kind, in rows of that kind. identifiers_ignored: {namespace: {reason: rows}}. erased:
    rows of erased people, filtered or (accounting records) taken without their person. unread: what of the file was
    not read at all (other sheets), in words.
    """

    file: str
    mapping: str
    load_id: int
    read: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUS, 0))
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    erased: int = 0
    identifiers_new: int = 0
    identifiers_ignored: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unread: str = ""
    snapshot: dict[str, int] | None = None

    def add_statuses(self, counts: Counter[str]) -> None:
        """Count source rows."""
        for status, count in counts.items():
            self.counts[status] += count

    def add_quarantined(self, rows: list[Quarantined], named: Callable[[str], str]) -> None:
        """Gather refusals by column and reason."""
        known = {(r.column, r.reason): r for r in self.reasons}
        for row in rows:
            refusal = row.refusal
            reason = known.get((refusal.column, refusal.reason))
            if reason is None:
                reason = known[refusal.column, refusal.reason] = Reason(
                    refusal.column, refusal.reason, named(refusal.column))
                self.reasons.append(reason)
            reason.rows += 1
            if len(reason.examples) < EXAMPLES:
                reason.examples.append({"line": refusal.line, "value": refusal.value_masked})

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


@dataclass
class LoadReport:
    """All files of one `load`."""

    files: list[FileReport] = field(default_factory=list)
    files_refused: list[dict[str, str]] = field(default_factory=list)  # file and message: not read at all
    left_out: list[str] = field(default_factory=list)  # what lies in a folder and is of no form that siyu reads
    notes: list[str] = field(default_factory=list)  # what concerns all files
    dry_run: bool = False
    unmatched_cancellations: dict[str, int] = field(default_factory=dict)  # rows and amount_minor

    @property
    def read(self) -> int:
        """Source rows of all files."""
        return sum(f.read for f in self.files)

    @property
    def counts(self) -> dict[str, int]:
        """Source rows of all files by status."""
        return {status: sum(f.counts[status] for f in self.files) for status in reversed(STATUS)}

    @property
    def kinds(self) -> dict[str, dict[str, int]]:
        """Rows per kind and status."""
        found: dict[str, Counter[str]] = {}
        for file in self.files:
            for kind, counts in file.kinds.items():
                found.setdefault(kind, Counter()).update(counts)
        return {kind: dict(counts) for kind, counts in found.items()}

    @property
    def read_in_part(self) -> list[str]:
        """Files with sheets that were not read, and what was not read of archives."""
        return [*(file.file for file in self.files if file.unread), *self.left_out]

    @property
    def refused(self) -> int:
        """Rows in quarantine and files refused: a command that has any ends with exit code 1."""
        return self.counts["quarantined"] + len(self.files_refused)

    def as_json(self) -> dict[str, Any]:
        """The whole report as plain data."""
        return {"dry_run": self.dry_run, "read": self.read, **self.counts, "kinds": self.kinds,
                "unmatched_cancellations": self.unmatched_cancellations, "files_refused": self.files_refused,
                "left_out": self.left_out, "notes": self.notes,
                "files": [f.as_json() for f in self.files]}  # fmt: skip

    def table(self) -> list[dict[str, Any]]:
        """A row per file, for a table on a screen."""
        return [{"file": f.file, "as": f.mapping, "read": f.read, **f.counts} for f in self.files]

    def lines(self) -> list[str]:
        """What a person should know beside the table: refusals with examples, ignored identifiers, notes."""
        found = [f"Not loaded: {f['message']}" for f in self.files_refused]
        if self.left_out:
            found.append(f"Not read, for siyu reads the exports of one folder or archive: {', '.join(self.left_out)}.")
        found += [*self.notes, *(line for f in self.files for line in _file_lines(f))]
        if self.unmatched_cancellations.get("rows"):
            rows = self.unmatched_cancellations["rows"]
            found.append(f"{rows:,} cancelling line(s) find no earlier line to take back: unmatched_cancellation.")
        return found


def _file_lines(file: FileReport) -> list[str]:
    lines = [f"{file.file}: {r.rows:,} row(s) in quarantine, {r.named}: {r.reason}"
             f" (line {r.examples[0]['line']}, found '{r.examples[0]['value']}')" for r in file.reasons]
    if file.snapshot:
        lines.append(f"{file.file}: {file.snapshot['opened']:,} relation(s) without a date begin with the list, and it "
                     f"closes {file.snapshot['closed']:,} of {file.snapshot['open_before']:,} that were open")
    if file.erased:
        lines.append(f"{file.file}: {file.erased:,} row(s) of erased people: orders are kept nameless, all else is not")
    for namespace, reasons in file.identifiers_ignored.items():
        lines += [f"{file.file}: {count:,} value(s) of id.{namespace} are no identifier: {reason}"
                  for reason, count in reasons.items()]
    return lines + [f"{file.file}: {note}" for note in file.notes]
