"""Why an application is rejected: a code for the desk, a sentence for the applicant.

The sentence says what to bring next time, never which registry data did or did not match
(NIST SP 800-63A: an applicant must not learn which data were right).
"""

from dataclasses import dataclass

from desk.words import later

SHORTEST_FREE_TEXT = 20
LONGEST_EXPLANATION = 400


@dataclass(frozen=True, slots=True)
class Reason:
    """`label` is what the verifier chooses, `sentence` what the applicant reads.

    Both, and the group, are of the catalogue, and yet to be translated.
    """

    code: str
    group: str
    label: str
    sentence: str
    text_required: bool = False


DOCUMENT, PERSON, OTHERS = later("Dokumen"), later("Orang"), later("Lainnya")
NEUTRAL = later(
    "Data permohonan belum dapat dipastikan. Siapkan dokumen asli, lalu ajukan kembali."
)

REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason(
            "DOC_EXPIRED",
            DOCUMENT,
            later("Surat Tugas sudah tidak berlaku"),
            later("Surat Tugas sudah tidak berlaku. Siapkan Surat Tugas yang masih berlaku."),
        ),
        Reason(
            "DOC_ILLEGIBLE",
            DOCUMENT,
            later("Dokumen tidak terbaca"),
            later("Dokumen tidak terbaca. Unggah pindaian yang jelas dan lengkap."),
        ),
        Reason(
            "DOC_NOT_MATCHING_ROLE",
            DOCUMENT,
            later("Dokumen tidak sesuai role"),
            later("Surat Tugas tidak menyebut role yang diajukan. Siapkan surat untuk role ini."),
        ),
        Reason(
            "DOC_SIGNER_UNAUTHORISED",
            DOCUMENT,
            later("Penanda tangan tidak berwenang"),
            later(
                "Penanda tangan Surat Tugas tidak berwenang. Mintalah surat dari pejabat berwenang."
            ),
        ),
        Reason(
            "SATKER_MISMATCH",
            DOCUMENT,
            later("Satuan kerja berbeda"),
            later("Satuan kerja pada permohonan dan Surat Tugas perlu sama."),
        ),
        Reason(
            "ID_MISMATCH",
            PERSON,
            later("KTP tidak sesuai permohonan"),
            later("Identitas belum dapat dipastikan. Siapkan KTP asli Anda sendiri."),
        ),
        Reason(
            "PERSON_NOT_MATCHING",
            PERSON,
            later("Orang tidak sesuai dengan KTP"),
            later("Identitas belum dapat dipastikan. Pemilik profil perlu hadir sendiri."),
        ),
        Reason(
            "LIVENESS_FAILED",
            PERSON,
            later("Tantangan tidak dapat diikuti"),
            later("Petunjuk di panggilan belum dapat diikuti. Pakai kamera langsung tanpa efek."),
        ),
        Reason(
            "THIRD_PERSON_COACHING",
            PERSON,
            later("Didampingi atau diarahkan orang lain"),
            later("Panggilan perlu diikuti sendiri, di tempat tanpa orang lain."),
        ),
        Reason(
            "DUPLICATE_ACCESS",
            OTHERS,
            later("Akses yang sama sudah ada"),
            later("Akses dengan role dan satuan kerja yang sama sudah ada. Gunakan akses itu."),
        ),
        Reason("BLACKLISTED", OTHERS, later("Masuk Daftar Hitam"), NEUTRAL),
        Reason("SUSPECTED_FRAUD", OTHERS, later("Dugaan kecurangan (tidak disebut)"), NEUTRAL),
        Reason("OTHER", OTHERS, later("Alasan lain, tulis sendiri"), "", text_required=True),
    )
}

# Without a call nobody has seen the person.
REASONS_BY_DOCUMENTS = {code: reason for code, reason in REASONS.items() if reason.group != PERSON}
