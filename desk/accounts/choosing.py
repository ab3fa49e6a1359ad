"""Which passwords may be chosen: long ones, none that everybody tries first (OWASP ASVS 5.0, 6.2).

No rule of composition: a sentence is as good as any riddle.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from desk.accounts.passwords import MINIMUM_LENGTH
from desk.words import _, later

MOST = 128
# A shorter piece of a name or address is in too many good sentences.
SHORTEST_PIECE = 4
# How many steps of a row ("abcd", "8765", "qwer") make up a password that is nothing else.
MOST_OF_IT = 0.7

ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
STEPS = {step for row in ROWS for a, b in pairwise(row) for step in (a + b, b + a)}
AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
DISGUISE = str.maketrans("013457@$!", "oieastasi")

# What the lists of the most used passwords are made of, once digits and signs are taken away.
COMMON = frozenset(
    """
    password passwort mypassword yourpassword newpassword thisismypassword changeme
    changemenow letmein letmeinnow welcome welcomeback admin administrator adminadmin superadmin
    root user username login access master superman batman spiderman pokemon starwars dragon
    monkey football baseball basketball liverpool chelsea manchester arsenal barcelona realmadrid
    iloveyou iloveyousomuch ilovemyfamily ilovegod jesuschrist princess sunshine chocolate
    butterfly blessed trustno trustnoone secret topsecret internet computer samsung
    google facebook instagram whatsapp microsoft windows default temporary temp test testing
    testtest correcthorsebatterystaple demo example qwerty qwertyuiop asdfghjkl zxcvbnm qazwsx
    qazwsxedc asdf asdfasdf abc abcabc
    indonesia indonesiaraya indonesiaku jakarta surabaya bandung merdeka garuda pancasila
    bhinnekatunggalika bismillah bismillahirrahmanirrahim alhamdulillah allahuakbar assalamualaikum
    insyaallah subhanallah muhammad sayang sayangku akusayangkamu akucintakamu cintaku cintakamu
    ibudanbapak ibudanayah keluargaku rahasia rahasiaku rahasianegara katasandi katasandiku
    katakunci sandi sandirahasia passwordku lupapassword lupakatasandi tidaktahu terserah
    selamat selamatpagi selamatdatang selamanya semangat sukses bahagia doraemon naruto persib
    persija pengadaan pengadaanbarangjasa lelang lpse lpselpse spse inaproc lkpp ukpbj verifikasi
    verifikator mejaverifikasi pemohon penyedia ppk pokja bendahara auditor dinas kantor kominfo
    """.split()  # noqa: SIM905  as a list it would be a page long
)

SENTENCES = {
    "short": later("Kata sandi minimal 12 karakter. Beberapa kata berturut-turut mudah diingat."),
    "long": later("Kata sandi maksimal 128 karakter."),
    "common": later("Kata sandi ini termasuk yang pertama kali ditebak orang. Pilih yang lain."),
    "own": later("Kata sandi tidak boleh berisi nama, email, atau nomor Anda. Pilih yang lain."),
}


def weakness(password: str, about: Iterable[str]) -> str | None:
    """Why a password cannot be chosen, as a key of SENTENCES; `about` is known of its owner."""
    if len(password) < MINIMUM_LENGTH:
        return "short"
    if len(password) > MOST:
        return "long"
    plain = _plain(password)
    if any(piece in plain for text in about for piece in _pieces(text)):
        return "own"
    return "common" if _is_common(plain) else None


def weakness_in_words(password: str, about: Iterable[str]) -> str | None:
    """The same, as a sentence."""
    code = weakness(password, about)
    return _(SENTENCES[code]) if code else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pieces(text: str) -> set[str]:
    """The words of a name, or of what stands before an address's @; a number as a whole."""
    whole = _plain(text).split("@")[0]
    words = {*re.findall(r"[^\W\d_]+", whole), re.sub(r"[\W_]+", "", whole), whole}
    return {word for word in words if len(word) >= SHORTEST_PIECE}


def _is_common(plain: str) -> bool:
    core = AROUND.sub("", plain)
    letters = {"".join(filter(str.isalpha, text)) for text in (core, core.translate(DISGUISE))}
    steps = sum(a + b in STEPS or a == b for a, b in pairwise(plain))
    return (
        any(one in COMMON or _repeated(one) in COMMON for one in letters)
        or steps >= MOST_OF_IT * (len(plain) - 1)
        or len(_repeated(plain)) <= len(plain) // 2
    )


def _repeated(text: str) -> str:
    """The shortest piece of which the text is made by writing it several times."""
    length = (text + text).find(text, 1)
    return text[:length]
