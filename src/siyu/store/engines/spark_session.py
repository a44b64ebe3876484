"""The process's one Spark session, started when first needed and quiet; warehouses take sessions of their own from it.

What a cluster needs beyond this (executors, memory, keys of object stores) stands in Spark's own configuration.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from siyu.core.errors import WorkspaceError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DRIVER_MEMORY = "4g"
#: On one machine every shuffle partition is a task of some milliseconds, however few rows it has.
LOCAL_SHUFFLE_PARTITIONS = 2
#: Directories Spark lists itself before it starts a job for listing; a table has one directory per load.
LISTED_DIRECTLY = 10_000

SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # overflow and division by zero are errors, as they are on DuckDB
    "spark.sql.variable.substitute": "false",  # `${x}` in a text is text
    "spark.sql.runSQLOnFiles": "false",  # no query reads other files
    "spark.sql.sources.parallelPartitionDiscovery.threshold": str(LISTED_DIRECTLY),
}


def new_session(master: str) -> SparkSession:
    """A session with its own views and siyu's SQL settings. WorkspaceError where Spark cannot start."""
    return another(_first(master))


def another(session: SparkSession) -> SparkSession:
    """A session beside this one that sees none of its views, with siyu's SQL settings."""
    fresh = session.newSession()
    for name, value in SQL_SETTINGS.items():
        fresh.conf.set(name, value)
    if str(session.sparkContext.master).startswith("local"):
        fresh.conf.set("spark.sql.shuffle.partitions", str(LOCAL_SHUFFLE_PARTITIONS))
    return fresh


def missing() -> str:
    """What Spark needs and this machine lacks, as a sentence; '' when it can start."""
    try:
        import pyspark  # noqa: F401  (optional extra)
    except ImportError:
        return 'pyspark is not installed (`pip install "siyu[spark]"`).'
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin").is_dir()) and not shutil.which("java"):
        return "Java is not installed; Spark 4 needs Java 17 or newer."
    return ""


def spark_errors() -> tuple[type[Exception], ...]:
    """What Spark raises: its own errors, and those of the JVM that arrive while rows are fetched."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JJavaError


def lost_errors() -> tuple[type[Exception], ...]:
    """What tells that Spark itself is gone, or cannot be talked to."""
    from py4j.protocol import Py4JError

    return (Py4JError,)


def reason(error: Exception) -> str:
    """The one line of an error that says what was wrong, without the JVM's trace."""
    named = re.search(r"\[[A-Z][A-Z_.]+\].*", str(error))  # [DIVIDE_BY_ZERO] Division by zero. ...
    return named[0] if named else str(error).strip().splitlines()[0]


def _first(master: str) -> SparkSession:
    """The session all others come from; one that already runs in this process is used as it is."""
    lacking = missing()
    if lacking:
        raise WorkspaceError(f"Spark cannot start: {lacking}", remedy='Or set `engine = "duckdb"` under [warehouse].')
    from pyspark import SparkContext
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # our own errors say it once
    builder = SparkSession.builder.appName("siyu").master(master)
    if SparkContext._active_spark_context is None:
        for name, value in _start_settings(master).items():
            builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise WorkspaceError(
            f"Spark cannot start with master {master}: {str(error).splitlines()[0]}",
            remedy="Check warehouse.spark_master in siyu.toml, and that Java is 17 or newer.") from None


def _start_settings(master: str) -> dict[str, str]:
    """What must be known before the JVM starts."""
    log = (Path(__file__).parent / "log4j2.properties").as_uri()
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "FATAL",  # what fails is raised; a trace on stderr helps nobody
        "spark.driver.memory": DRIVER_MEMORY,
        "spark.driver.maxResultSize": "0",  # bounded by the driver's memory
        "spark.sql.catalogImplementation": "in-memory",  # no metastore: tables are paths
        "spark.driver.extraJavaOptions": f'"-Dlog4j2.configurationFile={log}" -Dsun.jnu.encoding=UTF-8',
    }
    if re.match(r"local(\[|$)", master):
        settings |= {"spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1"}
    return settings
