"""Whether the libraries are there in versions that work together, and Java where Spark needs it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from siyu.cli.checks.finding import Finding
from siyu.store.workspace import Workspace


def libraries(workspace: Workspace, _now: dt.datetime) -> Iterator[Finding]:
    """Every library that siyu asks for, in this workspace's kind of stores."""
    settings = workspace.settings
    extras = [extra for extra, wanted in (("spark", settings["warehouse.engine"] == "spark"),
                                          ("postgres", bool(settings["operations.url"]))) if wanted]  # fmt: skip
    for requirement in map(Requirement, metadata.requires("siyu") or []):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield _installed(requirement)
    if "spark" in extras:
        java = shutil.which("java")
        yield Finding("java", java is not None, "found" if java else "Spark needs Java 17; install it")


def _installed(requirement: Requirement) -> Finding:
    name = f"library {requirement.name}"
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(name, False, f"missing; pip install '{requirement}'")
    fits = requirement.specifier.contains(version, prereleases=True)
    return Finding(name, fits, version if fits else f"{version}, expected {requirement.specifier}")
