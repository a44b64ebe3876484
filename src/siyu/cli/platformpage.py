"""The page of the platforms' exports: what is loaded from each, what cannot be measured from it, what it looks like.

Read from the mappings and from the samples beside them; nothing stands here alone.
"""

from __future__ import annotations

from siyu.cli.markdown import table
from siyu.simulate.marks import form, marks
from siyu.simulate.samples import Sample, samples
from siyu.sources.coverage.untold import buyers, untold
from siyu.sources.mappings import mappingfile
from siyu.sources.mappings.mapping import Mapping
from siyu.sources.mappings.recognise import recognise
from siyu.sources.readers import cells

INTRO = """The exports that `siyu load FILE` recognises by their header row. Each loads as it is downloaded: CSV
(UTF-8, with or without a BOM, UTF-16, GB18030), XLSX, XLS (workbooks, and web pages of that name), or any of them in a
ZIP archive; titles above the header are passed over. `siyu simulate DIR --platforms` writes a sample of each, as the
tables below say. A buyer key links a person's orders; phones of recipients, masked ones and ciphertext never do. What
cannot be measured is what this export alone leaves open; `siyu coverage` says it of all that is loaded together."""
EXPORT_HEAD = ("header row", "downloaded as", "buyer key", "cannot be measured", "marks")


def sections() -> list[str]:
    """A section for every mapping with samples, a line in it for every generation of its header row."""
    return [
        f"## {mapping.title}\n\n{_named(mapping)}\n\n{mapping.notes}\n\n"
        + table(EXPORT_HEAD, [_export(mapping, sample) for sample in own])
        for mapping, own in _by_mapping(samples(mappingfile.platforms()))
    ]


def _by_mapping(known: list[Sample]) -> list[tuple[Mapping, list[Sample]]]:
    found: dict[str, list[Sample]] = {}
    for sample in known:
        columns = [column for column in cells.header(sample.names) if column]
        found.setdefault(recognise(sample.file, columns), []).append(sample)
    return [(mappingfile.named(name), own) for name, own in found.items()]


def _named(mapping: Mapping) -> str:
    kinds = ", ".join(f"`{kind}`" for kind in dict.fromkeys(rows.kind.name for rows in mapping.rows))
    return f"Mapping `{mapping.name}`; loads {kinds}."


def _export(mapping: Mapping, sample: Sample) -> tuple[str, ...]:
    headers = mapping.headers([column for column in cells.header(sample.names) if column])
    tells = any(rows.kind.name == "orders" for rows in mapping.rows)
    buyer = ", ".join(f"`id.{name}`" for name in buyers(mapping, headers)) or "none"
    gaps = "; ".join(f"{gap.cannot['en']} ({gap.missing['en']})" for gap in untold(mapping, headers))
    return f"`{sample.header}`", form(sample), buyer if tells else "-", gaps or "-", "; ".join(marks(sample))
