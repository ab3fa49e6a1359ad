"""How fast the next applicant is taken on PostgreSQL."""

from desk.database import Database
from tests.bench.by_hand_postgresql import ByHandPostgresql
from tests.bench.lines import fill
from tests.bench.result import Result, compared
from tests.bench.takes import ROUNDS, TICKETS, by_the_desk, takes_per_second
from tests.postgres import DURABLE, Cluster, programs
from tests.support import MORNING


async def take_next_postgresql() -> Result:
    """Takes in a second, against the same transaction by hand. Raises SystemExit without it."""
    binaries = programs()
    if binaries is None:
        raise SystemExit("take_next_postgresql: PostgreSQL is not installed")
    cluster = Cluster(binaries, DURABLE)
    try:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(await _round(cluster, by_hand=False))
            theirs.append(await _round(cluster, by_hand=True))
    finally:
        cluster.stop()
    return compared(
        ours,
        theirs,
        unit="takes/s",
        baseline="the same statements, prepared, on bare asyncpg with as many connections",
        case="50 verifiers at once, 2,000 tickets, every commit on disk",
        digits=1,
    )


async def _round(cluster: Cluster, *, by_hand: bool) -> float:
    name = cluster.create()
    database = Database(cluster.url(name))
    bare = await ByHandPostgresql.at(cluster.url(name))
    try:
        await fill(database, TICKETS, MORNING)
        take = bare.take if by_hand else by_the_desk(database)
        return await takes_per_second(take, bare.end_all_calls)
    finally:
        await bare.close()
        await database.close()
        cluster.drop(name)
