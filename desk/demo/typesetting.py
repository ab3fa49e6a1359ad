"""Lines, rows and paragraphs of an office letter. Millimetres on A4, type sizes in points."""

from __future__ import annotations

from fpdf import FPDF
from fpdf.enums import XPos, YPos

LEFT, RIGHT, WIDTH = 25.0, 190.0, 165.0
SIGN_X, SIGN_WIDTH = 112.0, 78.0
FONT, BODY, LINE = "Times", 11.5, 5.4


def write_centred(
    pdf: FPDF, text: str, size: float, style: str, *, x: float = LEFT, width: float = WIDTH
) -> None:
    """Lines centred between x and x + width; long names wrap."""
    pdf.set_font(FONT, style, size)
    pdf.set_x(x)
    pdf.multi_cell(width, size * 0.42, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def write_paragraph(pdf: FPDF, text: str) -> None:
    """A justified paragraph over the whole width."""
    pdf.set_font(FONT, "", BODY)
    pdf.multi_cell(WIDTH, LINE, text, align="J", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def write_row(
    pdf: FPDF,
    label: str,
    items: list[tuple[str, str]],
    *,
    label_width: float,
    indent: float = 0,
    style: str = "",
) -> None:
    """A label, a colon, and its value or numbered values."""
    pdf.set_font(FONT, "", BODY)
    pdf.set_x(LEFT + indent)
    pdf.cell(label_width, LINE, label)
    pdf.cell(4, LINE, ":")
    x = pdf.get_x()
    pdf.set_font(FONT, style, BODY)
    for number, text in items:
        write_item(pdf, number, text, x)


def write_item(pdf: FPDF, number: str, text: str, x: float, *, height: float = LINE) -> None:
    """A text from x to the right margin, hanging behind its number if it has one."""
    pdf.set_x(x)
    if number:
        pdf.cell(6, height, number)
    pdf.multi_cell(
        RIGHT - pdf.get_x(),
        height,
        text,
        align="J" if number else "L",
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )


def write_at(pdf: FPDF, text: str, style: str = "") -> None:
    """A line of the signature's column."""
    pdf.set_font(FONT, style, BODY)
    pdf.set_x(SIGN_X)
    pdf.multi_cell(SIGN_WIDTH, LINE, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def numbered(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each text with its number."""
    return [(f"{number}.", text) for number, text in enumerate(texts, start=1)]
