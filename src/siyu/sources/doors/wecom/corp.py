"""Which corp a workspace is connected to: from settings and environment, else from its hook of WeCom."""

from __future__ import annotations

from collections.abc import Mapping

from siyu.core.errors import AccessError
from siyu.sources.doors.wecom.address import checked
from siyu.sources.doors.wecom.client import Corp
from siyu.store import hooks
from siyu.store.workspace import Workspace

SECRET = "SIYU_WECOM_SECRET"


def connected(workspace: Workspace) -> bool:
    """Whether anything says that the workspace belongs to a corp."""
    return bool(workspace.settings["wecom.corp_id"] or _in_force(workspace, ""))


def corp_of(workspace: Workspace, environment: Mapping[str, str]) -> Corp:
    """The corp, where its API is, and its secret. AccessError with what is missing."""
    settings = workspace.settings
    corp_id, secret = settings["wecom.corp_id"], environment.get(SECRET, "").strip()
    if not (corp_id and secret):
        kept = _kept(workspace, corp_id)
        corp_id, secret = corp_id or kept.get("corp_id", ""), secret or kept.get("corp_secret", "")
    lacking = [name for name, value in (("wecom.corp_id in siyu.toml", corp_id), (SECRET, secret)) if not value]
    if lacking:
        raise AccessError(f"WeCom is not connected: {' and '.join(lacking)} is missing.",
                          remedy=f"Put corp_id under [wecom] in siyu.toml and the app's secret into {SECRET}, or make "
                                 "a hook: siyu hook create --door wecom.")  # fmt: skip
    return Corp(checked(settings["wecom.base_url"], allow_loopback=settings["wecom.allow_loopback"]), corp_id, secret)


def _kept(workspace: Workspace, corp_id: str) -> dict[str, str]:
    """The secrets of the hook of this corp, or of the only one; {} if none. AccessError if there are several."""
    found = _in_force(workspace, corp_id)
    if len({(secrets["corp_id"], secrets["corp_secret"]) for secrets in found}) > 1:
        raise AccessError("Several hooks of WeCom are in force, with different corps or secrets.",
                          remedy=f"Say which corp by wecom.corp_id in siyu.toml, and give its secret by {SECRET}.")
    return found[0] if found else {}


def _in_force(workspace: Workspace, corp_id: str) -> list[dict[str, str]]:
    """The secrets of the hooks of a corp; of all where none is named."""
    found = [hook.secrets for hook in hooks.of_door(workspace.operations, workspace.keys, "wecom")]
    return [secrets for secrets in found if corp_id in ("", secrets["corp_id"])]
