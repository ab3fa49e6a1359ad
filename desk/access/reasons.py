"""Why an application is rejected: a code for the desk, a sentence for the applicant.

The sentence says what to bring next time, never which registry data did or did not match
(NIST SP 800-63A: an applicant must not learn which data were right).
"""

from dataclasses import dataclass

from desk.words import _

SHORTEST_FREE_TEXT = 20
LONGEST_EXPLANATION = 400


@dataclass(frozen=True, slots=True)
class Reason:
    """`label` is what the verifier chooses, `sentence` what the applicant reads."""

    code: str
    group: str
    label: str
    sentence: str
    text_required: bool = False


DOCUMENT, PERSON, OTHERS = _("Dokumen"), _("Orang"), _("Lainnya")
NEUTRAL = _("Data permohonan belum dapat dipastikan. Siapkan dokumen asli, lalu ajukan kembali.")

REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "DOC_EXPIRED",
            DOCUMENT,
            _("Surat Tugas sudah tidak berlaku"),
            _("Surat Tugas sudah tidak berlaku. Siapkan Surat Tugas yang masih berlaku."),
        ),
        Reason(
            "DOC_ILLEGIBLE",
            DOCUMENT,
            _("Dokumen tidak terbaca"),
            _("Dokumen tidak terbaca. Unggah pindaian yang jelas dan lengkap."),
        ),
        Reason(
            "DOC_NOT_MATCHING_ROLE",
            DOCUMENT,
            _("Dokumen tidak sesuai role"),
            _("Surat Tugas tidak menyebut role yang diajukan. Siapkan surat untuk role ini."),
        ),
        Reason(
            "DOC_SIGNER_UNAUTHORISED",
            DOCUMENT,
            _("Penanda tangan tidak berwenang"),
            _("Penanda tangan Surat Tugas tidak berwenang. Mintalah surat dari pejabat berwenang."),
        ),
        Reason(
            "SATKER_MISMATCH",
            DOCUMENT,
            _("Satuan kerja berbeda"),
            _("Satuan kerja pada permohonan dan Surat Tugas perlu sama."),
        ),
        Reason(
            "ID_MISMATCH",
            PERSON,
            _("KTP tidak sesuai permohonan"),
            _("Identitas belum dapat dipastikan. Siapkan KTP asli Anda sendiri."),
        ),
        Reason(
            "PERSON_NOT_MATCHING",
            PERSON,
            _("Orang tidak sesuai dengan KTP"),
            _("Identitas belum dapat dipastikan. Pemilik profil perlu hadir sendiri."),
        ),
        Reason(
            "LIVENESS_FAILED",
            PERSON,
            _("Tantangan tidak dapat diikuti"),
            _("Petunjuk di panggilan belum dapat diikuti. Pakai kamera langsung tanpa efek."),
        ),
        Reason(
            "THIRD_PERSON_COACHING",
            PERSON,
            _("Didampingi atau diarahkan orang lain"),
            _("Panggilan perlu diikuti sendiri, di tempat tanpa orang lain."),
        ),
        Reason(
            "DUPLICATE_ACCESS",
            OTHERS,
            _("Akses yang sama sudah ada"),
            _("Akses dengan role dan satuan kerja yang sama sudah ada. Gunakan akses itu."),
        ),
        Reason("BLACKLISTED", OTHERS, _("Masuk Daftar Hitam"), NEUTRAL),
        Reason("SUSPECTED_FRAUD", OTHERS, _("Dugaan kecurangan (tidak disebut)"), NEUTRAL),
        Reason("OTHER", OTHERS, _("Alasan lain, tulis sendiri"), "", text_required=True),
    )
}
