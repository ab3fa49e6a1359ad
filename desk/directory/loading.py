"""The directory that the desk begins with: provinces, regencies, cities, ministries and bodies.

The regions come from the npm package idn-area-data (its data under the Open Database License),
which `make vendor` copies into `desk/vendor/`. Known by their codes, they are added where they are
missing, and nothing that an administrator has changed is touched.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from desk.database import Database
from desk.directory.names import key_of
from desk.directory.tables import Agency, AgencyKind
from desk.settings import SettingsError
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id

Row = dict[str, str]

OURS = Path(__file__).parent / "central.csv"
VENDORED = Path(__file__).parent.parent / "vendor"

CENTRAL = "Asia/Jakarta"
# By the codes of the provinces; whoever lies in one has its zone.
PROVINCES = {
    "Asia/Jakarta": "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62",
    "Asia/Makassar": "51 52 53 63 64 65 71 72 73 74 75 76",
    "Asia/Jayapura": "81 82 91 92 93 94 95 96",
}
ZONE_OF = {code: zone for zone, codes in PROVINCES.items() for code in codes.split()}
KINDS = {"Kabupaten": AgencyKind.REGENCY, "Kota": AgencyKind.CITY}


async def load_directory(database: Database) -> None:
    """Add what is missing. Raises SettingsError where `make vendor` has not been run."""
    rows = [*_central(), *_provinces(), *_regencies()]
    async with database.writing() as session:
        await session.execute(insert_into(session, Agency).on_conflict_do_nothing(), rows)


def _central() -> Iterator[Row]:
    for row in _read(OURS):
        yield _agency(AgencyKind(row["kind"]), row, CENTRAL)


def _provinces() -> Iterator[Row]:
    for row in _read(VENDORED / "provinces.csv"):
        yield _agency(AgencyKind.PROVINCE, row, ZONE_OF[row["code"]])


def _regencies() -> Iterator[Row]:
    for row in _read(VENDORED / "regencies.csv"):
        kind = KINDS[row["name"].partition(" ")[0]]
        yield _agency(kind, row, ZONE_OF[row["province_code"]])


def _read(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise SettingsError(f"no file {path}: has `make vendor` been run?") from None


def _agency(kind: AgencyKind, row: Row, timezone: str) -> Row:
    return {
        "id": new_id(),
        "kind": kind,
        "code": row["code"],
        "name": row["name"],
        "name_key": key_of(row["name"]),
        "timezone": timezone,
    }
