"""Golongan: the grades and ranks of each service."""

from enum import StrEnum

from desk.formats.checked import Checked, Malformed, ungrouped


class Service(StrEnum):
    """Whose grades they are."""

    PNS = "pns"
    PPPK = "pppk"
    TNI = "tni"
    POLRI = "polri"
    NONE = "none"


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))


GRADES: dict[Service, tuple[str, ...]] = {
    Service.PNS: _listed(
        "I/a, I/b, I/c, I/d, II/a, II/b, II/c, II/d, III/a, III/b, III/c, III/d, "
        "IV/a, IV/b, IV/c, IV/d, IV/e"
    ),
    Service.PPPK: _listed(
        "I, II, III, IV, V, VI, VII, VIII, IX, X, XI, XII, XIII, XIV, XV, XVI, XVII"
    ),
    Service.TNI: _listed(
        "Prada, Pratu, Praka, Kelasi Dua, Kelasi Satu, Kelasi Kepala, Kopda, Koptu, Kopka, "
        "Serda, Sertu, Serka, Serma, Pelda, Peltu, Letda, Lettu, Kapten, Mayor, Letkol, Kolonel, "
        "Brigjen, Mayjen, Letjen, Jenderal, Laksma, Laksda, Laksdya, Laksamana, "
        "Marsma, Marsda, Marsdya, Marsekal"
    ),
    Service.POLRI: _listed(
        "Bharada, Bharatu, Bharaka, Abripda, Abriptu, Abrip, Bripda, Briptu, Brigpol, Bripka, "
        "Aipda, Aiptu, Ipda, Iptu, AKP, Kompol, AKBP, Kombes Pol, Brigjen Pol, Irjen Pol, "
        "Komjen Pol, Jenderal Pol"
    ),
    Service.NONE: ("-",),
}


def service_of(grade: str) -> Service | None:
    """Whose grade it is, as the list writes it."""
    return next((service for service, grades in GRADES.items() if grade in grades), None)


def _bare(text: str) -> str:
    return ungrouped(text).casefold() or text.strip()


def check_grade(text: str, service: Service | None = None) -> Checked[str]:
    """A grade as the list writes it; of any service where none is named. Raises Malformed."""
    services = GRADES if service is None else (service,)
    known = {_bare(grade): grade for one in services for grade in GRADES[one]}
    try:
        return Checked(known[_bare(text)])
    except KeyError:
        raise Malformed("grade_unknown") from None
