"""The checklist of documents that are reviewed without a call: what can be seen on paper alone.

Grounds: domain.md 1.2 (which roles, and what is checked of a company) and 1.5.
"""

from desk.access.checklist import Step
from desk.words import later

DOCUMENT_STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step(
            "legible",
            later("Dokumen lengkap dan terbaca"),
            later("Buka setiap halaman. Tidak ada bagian yang terpotong, buram, atau ditutupi."),
        ),
        Step(
            "genuine",
            later("Surat tampak asli"),
            later("Periksa kop, nomor, tanggal, cap, dan tanda tangan. Cari bekas penyuntingan."),
        ),
        Step(
            "named",
            later("Nama dan NIP cocok"),
            later("Cocokkan nama dan NIP pada surat dengan data pemohon, huruf demi huruf."),
        ),
        Step(
            "person",
            later("Nama pemohon cocok"),
            later("Cocokkan nama pada surat dengan data pemohon, huruf demi huruf."),
        ),
        Step(
            "place",
            later("Instansi dan satuan kerja cocok"),
            later("Instansi dan satuan kerja pada surat sama dengan yang diajukan."),
        ),
        Step(
            "company",
            later("Perusahaan, NIB, dan NPWP cocok"),
            later("Cocokkan nama perusahaan, NIB, dan NPWP dengan dokumen dan data OSS."),
        ),
        Step(
            "duty",
            later("Role disebut dalam surat"),
            later("Surat menugaskan pemohon untuk role yang diajukan, dan masih berlaku."),
        ),
        Step(
            "signer",
            later("Penanda tangan berwenang"),
            later("Jabatan penanda tangan berwenang memberi tugas ini."),
        ),
        Step(
            "not_blacklisted",
            later("Tidak masuk Daftar Hitam"),
            later("Cari NPWP perusahaan pada Daftar Hitam."),
        ),
        Step(
            "no_buyer",
            later("Tidak merangkap pelaku pengadaan"),
            later("Lihat akses lain pemohon: auditor tidak memegang peran pembeli."),
        ),
    )
}

LETTER = ("legible", "genuine", "named", "place", "duty", "signer")
COMPANY = ("legible", "genuine", "person", "company", "duty", "signer", "not_blacklisted")

# Any role can be set to be verified by its documents; those that are not named here have LETTER.
DOCUMENT_STEPS_OF_ROLE: dict[str, tuple[str, ...]] = {
    "AUDITOR": (*LETTER, "no_buyer"),
    "PENYEDIA_ADMIN": COMPANY,
    "PENYEDIA_ANGGOTA": COMPANY,
}


def document_steps_of(role: str) -> list[Step]:
    """The steps of a role whose documents are reviewed, in order."""
    return [DOCUMENT_STEPS[key] for key in DOCUMENT_STEPS_OF_ROLE.get(role, LETTER)]
