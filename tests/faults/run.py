"""`make faults`: the long form of `test_kills.py`, a line of JSON for each database.

`KILLS=50` and `SEED=...` (a number; drawn and printed otherwise). Ends with status 1 where anything
was found; the histories then stay where the line says.
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from desk.database import Database
from desk.settings import Settings
from tests import postgres
from tests.faults.stage import staged
from tests.faults.storm import TIMES, Report, Storm
from tests.support import free_port, migrated


async def _storm(settings: Settings, folder: Path, kills: int, seed: int) -> Report:
    await migrated(settings)
    database = Database(settings.database_url)
    try:
        async with staged(settings, database, folder, seed) as stage:
            return await Storm(stage).run(kills, seed)
    finally:
        await database.close()


@contextmanager
def _each_database(folder: Path) -> Iterator[list[Settings]]:
    """Settings for a fresh database of each kind; PostgreSQL where it is installed."""
    own = Settings(data_dir=folder / "sqlite", port=free_port(), secret_key=secrets.token_hex())
    kinds = [own.model_copy(update=TIMES)]
    if not postgres.programs():
        print("LEFT OUT: PostgreSQL is not installed.", file=sys.stderr)
        yield kinds
        return
    server = postgres.cluster()
    name = server.create()
    update = {**TIMES, "data_dir": folder / "postgresql", "database_url": server.url(name)}
    yield [*kinds, own.model_copy(update=update)]
    server.drop(name)


def main() -> None:
    """Run, and tell."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="desk-faults-"))
    found = False
    with _each_database(folder) as databases:
        for settings in databases:
            settings.data_dir.mkdir()
            report = asyncio.run(_storm(settings, settings.data_dir, given.kills, given.seed))
            found = found or bool(report.violations)
            kept = {"kept": str(settings.data_dir)} if report.violations else {}
            print(json.dumps({"faults": "kills", **asdict(report), **kept}), flush=True)
    if found:
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
