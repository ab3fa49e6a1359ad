"""The server killed in the middle of acts, with two hundred waiting: nobody loses anything."""

from pathlib import Path

from desk.database import Database
from desk.settings import Settings
from tests.faults.stage import staged
from tests.faults.storm import TIMES, Storm

KILLS = 5
SEED = 20261124


async def test_kills_at_random_moments_break_no_invariant(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    short = settings.model_copy(update=TIMES)
    async with staged(short, database, tmp_path, SEED) as stage:
        report = await Storm(stage).run(KILLS, SEED)
    print(report)
    assert report.violations == []
    assert report.kills == KILLS
    assert min(report.lost, report.takes, report.verdicts, report.returned, report.mails) > 0
