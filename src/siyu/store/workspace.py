"""A workspace: the folder with `siyu.toml`, the secret keys, both stores and the landed raw files."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from siyu.core import settings as settings_file
from siyu.core.errors import DamagedError, SettingsError, WorkspaceError
from siyu.core.files import sync_folder
from siyu.core.identifiers import Keys
from siyu.core.settings import Settings
from siyu.core.tomltext import parsed
from siyu.store import raw_files
from siyu.store.engines import duck_file, spark_owner
from siyu.store.engines.duck import DuckWarehouse
from siyu.store.inbox import Inbox
from siyu.store.operations import Operations
from siyu.store.states import KEYED_BY, LOAD_BEGUN
from siyu.store.warehouse import Warehouse

SETTINGS_FILE = "siyu.toml"
KEYS_FILE = "secret.keys"
KEYS_VARIABLE = "SIYU_KEYS"
LANDED = "landed"
OPERATIONS_FILE, INBOX_FILE = "operations.sqlite", "inbox.sqlite"
#: What a key file holds; the last one only while the cipher key is being rotated.
KEY_NAMES = ("id_secret", "cipher_key", "old_cipher_key")
KEYS_HEAD = (
    "# Secrets of this workspace. Whoever holds them can match and read identifiers. Keep a copy elsewhere:\n"
    "# without id_secret nothing loaded later matches what is here and no backup opens, without cipher_key nothing\n"
    "# can be sent.\n"
)
#: Settings with which all facts of a brand are read: days of two zones, amounts of two currencies do not add up.
OF_ALL_FACTS = ("brand.zone", "brand.currency")
#: Folder where new exports are laid down.
INBOX = "inbox"
#: What the warehouse of either engine is on disk. The log first: a new file must never meet an old log.
DUCKDB_FILE, SPARK_FOLDER = "warehouse.duckdb", "warehouse"
WAREHOUSE_FILES = (f"{DUCKDB_FILE}.wal", DUCKDB_FILE, SPARK_FOLDER)
#: What a rebuild leaves: the name of a warehouse it replaced ends so, and one it has not finished lies in this folder.
ASIDE, BUILDING = ".aside-", "rebuilding"


@dataclass
class Workspace:
    """Paths, settings, keys and stores of one brand. Stores open when first used; `close()` lets go."""

    directory: Path
    settings: Settings
    keys: Keys

    @cached_property
    def operations(self) -> Operations:
        """SQLite in the folder, or the PostgreSQL of `operations.url`; WorkspaceError if other keys made it."""
        store = Operations(self.settings["operations.url"] or operations_url(self.directory))
        if store.state(KEYED_BY) not in (None, self._mark):
            store.close()
            raise WorkspaceError("The keys are not those of this workspace: with another id_secret, whoever is loaded "
                                 "again is somebody else.",
                                 remedy=f"Put this workspace's own {KEYS_FILE} back (or its {KEYS_VARIABLE}).")
        return store

    @property
    def _mark(self) -> str:
        """Tells one id secret from another and says nothing of it."""
        return self.keys.derived("mark").hex()

    @property
    def _owned(self) -> int:
        """Tells the operations of one workspace from those of another, where several stand in one database."""
        return int(self._mark[:15], 16)

    @cached_property
    def inbox(self) -> Inbox:
        """What arrived over HTTP and is not loaded yet: a file of its own, or the PostgreSQL of `operations.url`."""
        return Inbox(self.settings["operations.url"] or inbox_url(self.directory), self.keys)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse of the chosen engine, without what a load left that was never committed."""
        self._check_settings()
        warehouse = open_warehouse(self)
        try:
            self.operations.owner.hold(self._owned)
            self._agree(warehouse)
        except BaseException:
            warehouse.close()  # what refuses to open must leave nothing held
            self.operations.owner.let_go()
            raise
        return warehouse

    def _agree(self, warehouse: Warehouse) -> None:
        """Drop what a killed load left; refuse a warehouse that lacks loads, and operations that do not know them."""
        there, committed = warehouse.load_ids(), set(self.operations.committed_loads())
        killed = self.killed(committed, there)
        if lost := self.operations.loads_with_facts(committed - there):
            raise DamagedError(f"The warehouse lacks the facts of {len(lost)} load(s) (first: {lost[0]}).")
        if self.operations.state(KEYED_BY) is None:
            self.operations.set_state(KEYED_BY, self._mark)
        warehouse.drop_loads(killed)
        raw_files.remove(self.landed, killed)

    def killed(self, committed: set[int], there: set[int]) -> list[int]:
        """The load that was cut off before it was committed, if it left facts (`there`) or landed rows. WorkspaceError
        if other loads did: these are not the operations that know them.
        """
        unknown = sorted((there | raw_files.load_ids(self.landed)) - committed)
        begun = self.operations.state(LOAD_BEGUN) or self._next(committed)  # an older siyu noted none
        if strange := [load_id for load_id in unknown if str(load_id) != begun]:
            raise WorkspaceError(
                f"Operations know nothing of {len(strange)} load(s) whose rows are here (first: {strange[0]}): they "
                "are not those of this workspace, or an older copy. Nothing was changed.",
                remedy=f"Put its own back ({OPERATIONS_FILE}, or operations.url in {SETTINGS_FILE}). `siyu backup`, "
                       "then `siyu restore --operations URL`, moves a workspace to another database.")
        return unknown

    def _next(self, committed: set[int]) -> str | None:
        """The load that comes next, as loads take turns; none before anything was opened with these operations."""
        opened = committed or self.operations.state(KEYED_BY) is not None
        return str(max(committed, default=0) + 1) if opened else None

    def _check_settings(self) -> None:
        for name in OF_ALL_FACTS:
            now = self.settings[name]
            if then := self.operations.read_otherwise(name, now):
                again = f"Set it back to {then}; or `siyu rebuild` reads everything again with {now}."
                raise SettingsError(f"{name} is {now} now, and facts were loaded while it was {then}.", remedy=again)

    @property
    def landed(self) -> Path:
        """Folder of the landed raw files (compressed, encrypted)."""
        return self.directory / LANDED

    def use(self, keys: Keys) -> None:
        """Seal and open with other keys from now on."""
        if "inbox" in self.__dict__:
            self.__dict__.pop("inbox").close()
        self.keys = keys

    def close_warehouse(self) -> None:
        """Let go of the warehouse's files; it opens again when next used."""
        if "warehouse" in self.__dict__:
            try:
                self.__dict__.pop("warehouse").close()
            finally:
                self.operations.owner.let_go()

    def mend_warehouse(self) -> None:
        """Let go of a warehouse that its engine has given up; what a load left in it is dropped when it opens again."""
        if "warehouse" in self.__dict__ and self.warehouse.lost:
            self.close_warehouse()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While in it nobody else opens the warehouse (it is closed here too), or loads by operations on PostgreSQL.
        HeldError if somebody has it open, or loads.
        """
        self.close_warehouse()
        spark = self.settings["warehouse.engine"] == "spark"
        with spark_owner.held(self.directory / SPARK_FOLDER) if spark else duck_file.held(self.directory / DUCKDB_FILE):
            self.operations.owner.hold(self._owned)
            try:
                yield
            finally:
                self.operations.owner.let_go()

    def close(self) -> None:
        """Close whatever was opened."""
        for store in ("warehouse", "inbox", "operations"):
            if store in self.__dict__:
                self.__dict__.pop(store).close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_exc) -> None:
        self.close()


def operations_url(directory: Path) -> str:
    """Where operations are, unless settings name a PostgreSQL."""
    return _sqlite(directory / OPERATIONS_FILE)


def inbox_url(directory: Path) -> str:
    """Where the inbox is, unless settings name a PostgreSQL."""
    return _sqlite(directory / INBOX_FILE)


def _sqlite(path: Path) -> str:
    """The URL of a file, wherever it lies: what stands for something else in a URL is written as what it is."""
    return f"sqlite:///{quote(str(path))}"


def create(directory: Path, settings: Settings | None = None) -> Workspace:
    """Make a workspace: a commented siyu.toml and a key file only the owner can read, as the folder if it is made here.
    Refuses an existing one.
    """
    path = directory / SETTINGS_FILE
    _check_place(directory)
    if path.exists():
        raise WorkspaceError(f"{directory} is already a workspace ({SETTINGS_FILE} is there).",
                             remedy="Use it as it is, or choose another folder.")
    if directory.exists() and not directory.is_dir():
        raise WorkspaceError(f"{directory} is a file; expected a folder for the workspace.",
                             remedy="Choose another name: `siyu init DIR`.")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkspaceError(f"{directory} cannot be made: {error.strerror}.",
                             remedy="Choose a place where folders can be made: `siyu init DIR`.") from None
    if (directory / KEYS_FILE).exists():
        raise WorkspaceError(f"{directory} holds a {KEYS_FILE}, and no {SETTINGS_FILE}.",
                             remedy="These may be the only keys of a workspace: put its settings back, or move it.")
    write_keys(directory / KEYS_FILE, Keys(secrets.token_bytes(32), secrets.token_bytes(32)))
    path.write_text(settings_file.document(settings), encoding="utf-8")
    return open_workspace(directory)


def open_workspace(directory: Path) -> Workspace:
    """Open a workspace; every mistake in its settings is reported at once."""
    path = directory / SETTINGS_FILE
    if not path.exists():
        raise WorkspaceError(f"{directory} is not a workspace: no {SETTINGS_FILE}.",
                             remedy="`siyu init DIR` makes one; `-C DIR` picks another folder.")
    _check_place(directory)
    return Workspace(directory, settings_file.read(path), read_keys(directory / KEYS_FILE))


def _check_place(directory: Path) -> None:
    if "?" in str(directory.absolute()):
        raise WorkspaceError(f"{directory} cannot hold a workspace: what follows a ? in a path is taken for options.",
                             remedy="Rename the folder, or choose another.")
    try:
        str(directory.absolute()).encode()
    except UnicodeEncodeError:
        raise WorkspaceError(f"{directory} cannot hold a workspace: its path is not UTF-8.",
                             remedy="Rename the folder, or choose another.") from None


def read_keys(path: Path) -> Keys:
    """Keys from SIYU_KEYS (`id_secret:cipher_key`, hex; a third, the old cipher key) or from the key file."""
    given = os.environ.get(KEYS_VARIABLE)
    if not given:
        return keys_in(path)
    return _keys(given.split(":"), KEYS_VARIABLE)


def keys_in(path: Path) -> Keys:
    """The keys of a key file."""
    try:
        text = parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"The key file {path.name} is missing; identifiers cannot be matched without it.",
                             remedy=f"Restore it from your backup, or set {KEYS_VARIABLE}.") from None
    except ValueError:
        text = {}
    return _keys([text[name] for name in KEY_NAMES if name in text], path.name)


def write_keys(path: Path, keys: Keys) -> None:
    """Write a key file that only its owner can read: whole, on disk, then under its name."""
    lines = (f'{name} = "{value.hex()}"\n' for name in KEY_NAMES if (value := getattr(keys, name)))
    temporary = path.with_name(path.name + ".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(KEYS_HEAD + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def _keys(texts: list[str], where: str) -> Keys:
    try:
        id_secret, cipher_key, *old = map(bytes.fromhex, texts)
        (old_cipher_key,) = old or [b""]
    except (ValueError, TypeError):
        raise WorkspaceError(f"{where} does not hold two hexadecimal keys (id_secret, cipher_key).",
                             remedy="Restore it from your backup.") from None
    if len(id_secret) < 32 or len(cipher_key) != 32 or len(old_cipher_key) not in (0, 32):
        raise WorkspaceError("Keys are shorter than 32 bytes.", remedy="Restore the key file from your backup.")
    return Keys(id_secret, cipher_key, old_cipher_key)


def open_warehouse(workspace: Workspace) -> Warehouse:
    """The warehouse of the chosen engine as it stands on disk; `Workspace.warehouse` also checks it."""
    settings = workspace.settings
    if settings["warehouse.engine"] == "spark":
        from siyu.store.engines.spark import SparkWarehouse  # optional extra: pyspark and Java

        return SparkWarehouse(workspace.directory / SPARK_FOLDER, master=settings["warehouse.spark_master"],
                              zone=settings["brand.zone"])
    return DuckWarehouse(workspace.directory / DUCKDB_FILE, memory=settings["warehouse.memory"],
                         zone=settings["brand.zone"])
