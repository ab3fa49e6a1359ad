"""Agencies, units, and the roles one can apply for, with the forms that the guide gives them."""

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0007"
down_revision = "0006"

PROFILE_TYPE = sa.Enum(
    "non_penyedia", "penyedia",
    name="profiletype", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip
WAY = sa.Enum("call", "documents", name="way", native_enum=False, create_constraint=True, length=24)
KIND = sa.Enum(
    "ministry", "body", "province", "regency", "city", "company",
    name="agencykind", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip

AGENCYS = dict.fromkeys(("agency_type", "agency", "unit", "term", "unit_address"), "required")
AUDITORS = {**AGENCYS, "division": "optional", "letter": "required"}
BUYERS = {
    **AUDITORS,
    "previous_username": "optional",
    "rank": "required",
    "unit_tax_number": "required",
    "letter_number": "optional",
}
COMPANYS = dict.fromkeys(
    ("company_name", "company_number", "company_tax_number", "position", "letter"), "required"
)

ROLES = (
    ("PA", "Pengguna Anggaran (PA)", "Budget User (PA)", "call", BUYERS),
    ("KPA", "Kuasa Pengguna Anggaran (KPA)", "Budget User Proxy (KPA)", "call", BUYERS),
    ("PPK", "Pejabat Pembuat Komitmen (PPK)", "Commitment-Making Officer (PPK)", "call", BUYERS),
    ("PP", "Pejabat Pengadaan (PP)", "Procurement Officer (PP)", "call", BUYERS),
    ("POKJA", "Pokja Pemilihan", "Selection Working Group (Pokja)", "call", BUYERS),
    ("BENDAHARA", "Bendahara", "Treasurer", "call", BUYERS),
    ("AUDITOR", "Auditor", "Auditor", "documents", AUDITORS),
    ("VERIFIKATOR", "Verifikator", "Verifier", "call", BUYERS),
    ("PENYEDIA_ADMIN", "Admin Perusahaan", "Company Administrator", "documents", COMPANYS),
    ("PENYEDIA_ANGGOTA", "Anggota Perusahaan", "Company Member", "documents", COMPANYS),
)


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("code", sa.String(length=24), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=600), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("retired_at", tables.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
        sa.UniqueConstraint("kind", "name_key", name=op.f("uq_agency_kind_name_key")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("agency", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=600), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.Column("tax_number", sa.String(length=16), nullable=True),
        sa.Column("merged_into", sa.String(length=22), nullable=True),
        sa.Column("created_at", tables.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.id"], name=op.f("fk_unit_agency_agency")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["unit.id"], name=op.f("fk_unit_merged_into_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("agency", "name_key", name=op.f("uq_unit_agency_name_key")),
    )
    op.create_index(op.f("ix_unit_merged_into"), "unit", ["merged_into"])
    _make_the_roles()


def _make_the_roles() -> None:
    role_form = op.create_table(
        "role_form",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("profile_type", PROFILE_TYPE, nullable=False),
        sa.Column("name_id", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("way", WAY, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_role_form")),
    )
    rows = [
        {
            "code": code,
            "profile_type": "penyedia" if code.startswith("PENYEDIA") else "non_penyedia",
            "name_id": name_id,
            "name_en": name_en,
            "way": way,
            "fields": fields,
            "is_offered": True,
            "position": position,
        }
        for position, (code, name_id, name_en, way, fields) in enumerate(ROLES, start=1)
    ]
    op.bulk_insert(role_form, rows)


def downgrade() -> None:
    for table in ("role_form", "unit", "agency"):
        op.drop_table(table)
