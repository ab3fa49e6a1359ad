"""Why an upload is refused, in words: for a script as a Problem, for a form beside its field."""

from desk.access.picture_rules import MAX_UPLOAD_PAGES
from desk.problems import Problem
from desk.words import _, later

# By the reason of desk.access.children, or our own word.
SENTENCES = {
    "no_file": later("Pilih berkas lebih dulu."),
    "one_file_only": later("Unggah berkas satu per satu."),
    "empty": later("Berkas ini kosong. Pilih berkas lain."),
    "unsupported_type": later("Berkas ini bukan PDF, JPG, atau PNG. Pilih berkas lain."),
    "damaged": later("Berkas ini rusak atau tidak lengkap. Simpan ulang, lalu coba lagi."),
    "encrypted": later("PDF ini dikunci dengan kata sandi. Unggah salinan tanpa kata sandi."),
    "too_many_pages": later("Berkas ini lebih dari {pages} halaman. Unggah yang diminta saja."),
    "too_large": later(
        "Gambar atau halaman di berkas ini terlalu besar. Pindai ulang dengan 150 dpi."
    ),
    "timeout": later("Berkas ini terlalu rumit untuk dibuka. Pindai ulang sebagai gambar."),
    "failed": later("Berkas ini belum dapat diperiksa. Coba lagi sebentar lagi."),
    "upload_gone": later("Berkas ini sudah dihapus atau sudah dikirim. Unggah lagi."),
    "disk_full": later("Berkas belum dapat disimpan di meja verifikasi. Coba lagi nanti."),
    "file_too_large": later(
        "Berkas ini melebihi {megabytes} MB. Pindai ulang dengan 150 dpi, atau pilih berkas lain."
    ),
    "too_many_files": later(
        "Sudah ada {files} berkas yang belum dikirim. Hapus satu berkas, lalu unggah lagi."
    ),
}
STATUSES = {
    "file_too_large": 413, "too_many_files": 409, "upload_gone": 409, "failed": 500,
    "disk_full": 507,
}  # fmt: skip


def in_words(code: str, *, megabytes: int = 0, files: int = 0) -> str:
    """The sentence for a reason; it names the limits that it is about. Raises a KeyError."""
    sentence = _(SENTENCES[code])
    return sentence.format(megabytes=megabytes, files=files, pages=MAX_UPLOAD_PAGES)


def refused(code: str, *, megabytes: int = 0, files: int = 0) -> Problem:
    """The Problem for a reason."""
    sentence = in_words(code, megabytes=megabytes, files=files)
    return Problem(STATUSES.get(code, 422), code, _("Berkas tidak dapat diunggah"), sentence)
