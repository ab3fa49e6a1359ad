"""The demonstration's data, loaded once for all demonstrations of a test run."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from desk.database import Database
from desk.demo.load import load_demonstration
from desk.settings import Settings, with_secret_key
from tests.support import migrated


@cache
def loaded() -> dict[Path, bytes]:
    """What lies in the folder of a demonstration that was started two days ago.

    Each start then gives everybody a fresh meeting, but need not write all their letters anew.
    """
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as outside_of_any_loop:
        outside_of_any_loop.submit(asyncio.run, _load(Path(folder))).result()
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {path.relative_to(folder): path.read_bytes() for path in files}


async def _load(folder: Path) -> None:
    settings = with_secret_key(Settings(data_dir=folder))
    await migrated(settings)
    database = Database(settings.database_url)
    await load_demonstration(database, settings, datetime.now(UTC) - timedelta(days=2))
    await database.close()
