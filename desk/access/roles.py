"""The roles that an access can be for."""

from desk.words import _


def role_name(code: str) -> str:
    """The role in words, with its abbreviation. Raises KeyError for an unknown code."""
    return {
        "PA": _("Pengguna Anggaran (PA)"),
        "KPA": _("Kuasa Pengguna Anggaran (KPA)"),
        "PPK": _("Pejabat Pembuat Komitmen (PPK)"),
        "PP": _("Pejabat Pengadaan (PP)"),
        "POKJA": _("Pokja Pemilihan"),
        "BENDAHARA": _("Bendahara"),
        "AUDITOR": _("Auditor"),
    }[code]
