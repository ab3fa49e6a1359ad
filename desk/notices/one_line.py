"""Words of people where one line is all there is: a header of a mail, a line of a calendar."""

LONGEST_WORDS = 200


def one_line(words: str) -> str:
    """Words for a header, which must never begin another one.

    Neither by a control character, nor by one inside an encoded word (RFC 2047: "=?"), which the
    email package would decode, nor by being longer than a line may be (RFC 5321, 4.5.3.1.6).
    """
    printable = "".join(c if c.isprintable() else " " for c in words.replace("=?", "= ?"))
    return " ".join(printable.split())[:LONGEST_WORDS]
