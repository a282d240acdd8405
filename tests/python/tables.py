"""The tables of a recording, as the documentation of recordings reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow as pa
from rerun.experimental import RrdReader


def record(binary: str, source: Path, output: Path, *options: str) -> dict[str, pa.Table]:
    """Analyse `source` and return the tables of its recording by name."""
    subprocess.run([binary, "log", str(source), "-o", str(output), "--quiet", *options], check=True)
    tables = {}
    for chunk in RrdReader(str(output)).stream():
        name = chunk.entity_path.removeprefix("/tables/")
        if name != chunk.entity_path:
            row = chunk.to_record_batch()
            columns = [column for column in row.schema.names if not column.startswith("rerun.")]
            tables[name] = pa.table({column: row[column].flatten() for column in columns})
    return tables
