"""The fixed words of a Surat Tugas: ranks, duties, and who oversees whom."""

from __future__ import annotations

RANK_NAMES = {
    "II/d": "Pengatur Tingkat I",
    "III/a": "Penata Muda",
    "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata",
    "III/d": "Penata Tingkat I",
    "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I",
    "IV/c": "Pembina Utama Muda",
}

ROLE_NAMES = {
    "PA": "Pengguna Anggaran (PA)",
    "KPA": "Kuasa Pengguna Anggaran (KPA)",
    "PPK": "Pejabat Pembuat Komitmen (PPK)",
    "PP": "Pejabat Pengadaan (PP)",
    "POKJA": "Pokja Pemilihan",
    "BENDAHARA": "Bendahara",
    "AUDITOR": "Auditor",
}

DUTIES = {
    "PPK": (
        "menyusun perencanaan pengadaan, spesifikasi teknis, dan kerangka acuan kerja",
        "menetapkan harga perkiraan sendiri dan rancangan kontrak",
        "melaksanakan e-purchasing bernilai di atas Rp200.000.000,00",
        "mengendalikan pelaksanaan kontrak dan menilai kinerja penyedia",
        "melaporkan pelaksanaan dan penyelesaian kegiatan kepada Pengguna Anggaran",
    ),
    "PP": (
        "melaksanakan persiapan dan pelaksanaan pengadaan langsung",
        "melaksanakan e-purchasing bernilai paling banyak Rp200.000.000,00",
    ),
    "KPA": (
        "melaksanakan pendelegasian wewenang sesuai dengan pelimpahan dari Pengguna Anggaran",
        "mengadakan perjanjian dengan pihak lain dalam batas anggaran yang tersedia",
    ),
    "PA": (
        "menetapkan dan mengumumkan rencana umum pengadaan",
        "menetapkan Pejabat Pembuat Komitmen, Pejabat Pengadaan, dan tim teknis",
    ),
    "BENDAHARA": (
        "menerima, menyimpan, membayarkan, dan menatausahakan uang untuk keperluan belanja",
        "meneliti kelengkapan tagihan atas pengadaan barang dan jasa sebelum dibayarkan",
    ),
    "POKJA": (
        "melaksanakan persiapan dan pelaksanaan pemilihan penyedia",
        "menetapkan pemenang pemilihan untuk paket yang ditugaskan",
    ),
    "AUDITOR": (
        "melakukan pengawasan intern atas perencanaan dan pelaksanaan pengadaan",
        "memantau tindak lanjut hasil pengawasan pada aplikasi pengadaan secara elektronik",
    ),
}

REGIONS = ("Provinsi", "Kabupaten", "Kota")
INSPECTORS = {
    **dict.fromkeys(REGIONS, "Inspektur"),
    "Kementerian": "Inspektur Jenderal",
}
