"""The roles that an access can be for."""

from desk.words import _


def role_name(code: str) -> str:
    """The role in words, with its abbreviation; the code itself for one that has none here.

    The words of the seed, for mails and pages of applications that were sent: what an administrator
    changes (`directory/roles.py`) is for those to come.
    """
    return {
        "PA": _("Pengguna Anggaran (PA)"),
        "KPA": _("Kuasa Pengguna Anggaran (KPA)"),
        "PPK": _("Pejabat Pembuat Komitmen (PPK)"),
        "PP": _("Pejabat Pengadaan (PP)"),
        "POKJA": _("Pokja Pemilihan"),
        "BENDAHARA": _("Bendahara"),
        "AUDITOR": _("Auditor"),
        "VERIFIKATOR": _("Verifikator"),
        "PENYEDIA_ADMIN": _("Admin Perusahaan"),
        "PENYEDIA_ANGGOTA": _("Anggota Perusahaan"),
    }.get(code, code)
