"""Contacts and groups come into step with WeCom: its full lists are loaded as snapshots, so who is absent has left.

All lists are read before the first is loaded: what fails half-way loads nothing. A list that would close more than the
drop guard allows is refused on its own; the others are loaded. If WeCom refuses to tell of a group, the others are
loaded as rows like any others, for nobody can be taken for gone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from siyu.core.errors import RemoteError, SiyuError, SourceError
from siyu.core.kinds import REFERRALS, RELATIONS, Kind
from siyu.core.progress import Progress
from siyu.core.time import date_of, instant_of, local_day
from siyu.sources.doors.wecom import lists
from siyu.sources.doors.wecom.client import Client
from siyu.sources.load import finish_interrupted
from siyu.sources.loading.keep import Recognised, keep
from siyu.sources.loading.loadreport import FileReport, LoadReport
from siyu.sources.mappings import mapping as mappings
from siyu.sources.mappings.options import Options
from siyu.sources.readers.place import Place
from siyu.sources.readers.source_file import BATCH_ROWS, LINE, SourceFile
from siyu.store.workspace import Workspace

#: The door of callbacks, and what stands before what it leaves to be asked for.
DOOR = "wecom"
FIRST_LINE = 2


@dataclass(frozen=True)
class Listing:
    """One list to load. relation_type: what it is the full list of; '' = no full list. refused: why it is none, where
    it should be.
    """

    name: str
    kind: Kind
    rows: pa.Table
    relation_type: str = ""
    refused: tuple[RemoteError, ...] = ()


def sync(workspace: Workspace, client: Client, *, contacts: bool = True, groups: bool = True, allow_drop: bool = False,
         now: dt.datetime, progress: Progress) -> LoadReport:
    """Load the lists asked for. Running it again adds nothing. RemoteError, with nothing loaded, if WeCom refuses a
    call; the error of the first list if none can be loaded."""
    finish_interrupted(workspace)
    listings = list(_listings(client, contacts, groups, progress))
    report = LoadReport()
    errors: list[SiyuError] = []
    for listing in listings:
        errors += listing.refused
        report.files_refused += [{"file": listing.name, "message": str(error)} for error in listing.refused]
        if listing.refused and not listing.rows.num_rows:
            continue
        try:
            report.files.append(load_listing(workspace, listing, allow_drop=allow_drop, now=now, progress=progress))
        except SourceError as error:
            errors.append(error)
            report.files_refused.append({"file": listing.name, "message": str(error)})
    if errors and not report.files:
        raise errors[0]
    return report


def load_listing(workspace: Workspace, listing: Listing, *, allow_drop: bool, now: dt.datetime,
                 progress: Progress) -> FileReport:  # fmt: skip
    """Load one list: a full one as a snapshot of today."""
    options = _options(workspace, listing, allow_drop, now)
    return keep(workspace, _recognised(listing), options, now=now, progress=progress)


def _listings(client: Client, contacts: bool, groups: bool, tell: Progress) -> Iterator[Listing]:
    if contacts:
        yield Listing("wecom:contacts", RELATIONS, lists.contacts(client, tell), lists.SERVICE)
    if groups:
        found = lists.groups(client, tell)
        yield Listing("wecom:groups", RELATIONS, found.members, "" if found.refused else lists.GROUP_MEMBER,
                      found.refused)  # fmt: skip
        yield Listing("wecom:invitations", REFERRALS, found.referrals)


def _options(workspace: Workspace, listing: Listing, allow_drop: bool, now: dt.datetime) -> Options:
    if not listing.relation_type:
        return Options.of(workspace.settings, None, None, allow_drop)
    today = date_of(local_day(instant_of(now), workspace.settings.zone))
    scope = {"relation_type": listing.relation_type, "platform": lists.PLATFORM}
    return Options.of(workspace.settings, today, scope, allow_drop)


def _recognised(listing: Listing) -> Recognised:
    """The list as a source of text columns that are named as its kind names them."""
    columns = listing.rows.column_names

    def batches(_file: SourceFile) -> Iterator[pa.RecordBatch]:
        lines = pa.array(range(FIRST_LINE, FIRST_LINE + listing.rows.num_rows), pa.int64())
        yield from listing.rows.append_column(LINE, lines).combine_chunks().to_batches(max_chunksize=BATCH_ROWS)

    source = SourceFile(Place(Path(listing.name)), "live", columns, batches)
    return Recognised(source, mappings.canonical(listing.kind, columns), fingerprint=_fingerprint(listing.rows))


def _fingerprint(rows: pa.Table) -> str:
    """A hash of the rows, where a file has one of its bytes."""
    digest = hashlib.sha256(repr(rows.column_names).encode())
    for batch in rows.to_batches(max_chunksize=BATCH_ROWS):
        digest.update(repr(batch.to_pydict()).encode())
    return digest.hexdigest()
