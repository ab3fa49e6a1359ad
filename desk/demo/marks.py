"""The drawn marks of a demonstration letter: an invented seal, a stamp, a pen's stroke.

Measures are millimetres; nothing here resembles a real crest, stamp or signature on purpose.
"""

from __future__ import annotations

from fpdf import FPDF
from fpdf.enums import PathPaintRule, StrokeCapStyle, StrokeJoinStyle

SEAL_TONES = ("#1f5a41", "#213e6e", "#7a3a28", "#5b4a18")
PEN_BLUE = "#1d2f7a"
STAMP_BLUE = (66, 72, 168)
STAMP_OPACITY = 0.7
RINGS_MM = ((15.5, 0.7), (14.7, 0.25), (9.6, 0.35))  # radius and line width
TEXT_RADIUS_MM = 11.1
LETTER_DEGREES = 11.5
LONGEST_ARC_DEGREES = 285.0

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]

# A start, then cubic curves (control, control, end), in a box about 42 mm wide.
SIGNATURES: tuple[tuple[Point, tuple[Curve, ...]], ...] = (
    ((0, 4), (
        ((3, -9), (9, -13), (8, -2)), ((7, 6), (5, 9), (7, 2)), ((9, -5), (12, -9), (13, -3)),
        ((13, 2), (12, 6), (16, 0)), ((18, -4), (19, -6), (20, -2)), ((21, 3), (23, 0), (25, -2)),
        ((27, -4), (27, 2), (30, 0)), ((34, -3), (38, -6), (43, -7)))),
    ((3, -3), (
        ((-1, -12), (13, -13), (10, -1)), ((8, 8), (-2, 9), (3, 2)), ((7, -3), (13, -8), (15, -2)),
        ((16, 3), (18, 0), (20, -3)), ((22, -6), (22, 3), (25, 0)), ((28, -4), (29, 3), (32, -1)),
        ((35, -4), (39, -2), (44, -6)))),
    ((0, 0), (
        ((6, -14), (12, -13), (8, -1)), ((5, 9), (7, 5), (11, -3)), ((14, -8), (15, -3), (14, 1)),
        ((14, 4), (18, 0), (20, -3)), ((23, -6), (24, 0), (22, 3)), ((18, 8), (5, 9), (3, 6)),
        ((4, 3), (25, 2), (42, 1)))),
)  # fmt: skip


def draw_seal(pdf: FPDF, x: float, y: float, mark: int) -> None:
    """An emblem around (x, y): a shield with a disc over hills and water."""
    tone = SEAL_TONES[mark % len(SEAL_TONES)]
    with pdf.new_path(paint_rule=PathPaintRule.FILL_NONZERO) as shield:
        shield.style.fill_color = tone
        shield.move_to(x - 9.5, y - 11)
        shield.quadratic_curve_to(x, y - 14, x + 9.5, y - 11)
        shield.curve_to(x + 9.5, y + 2, x + 8, y + 8, x, y + 12.5)
        shield.curve_to(x - 8, y + 8, x - 9.5, y + 2, x - 9.5, y - 11)
        shield.close()
    pdf.set_fill_color(255, 255, 255)
    pdf.circle(x, y - 5.2, 2.6 + mark % 3 * 0.4, style="F")
    for step in range(3):
        draw_wave(pdf, x, y + 1.5 + step * 2.8, 7.2 - step * 1.5)
    pdf.set_fill_color(0, 0, 0)


def draw_wave(pdf: FPDF, x: float, y: float, half_width: float) -> None:
    """One white wave line of the seal."""
    with pdf.new_path(paint_rule=PathPaintRule.STROKE) as wave:
        wave.style.stroke_color = "#ffffff"
        wave.style.stroke_width = 0.9
        wave.style.stroke_cap_style = StrokeCapStyle.ROUND
        wave.move_to(x - half_width, y)
        wave.curve_to(x - half_width / 2, y - 2.4, x - half_width / 2, y + 1.2, x, y)
        wave.curve_to(x + half_width / 2, y - 2.4, x + half_width / 2, y + 1.2, x + half_width, y)


def draw_stamp(pdf: FPDF, x: float, y: float, ring_text: str, middle: str) -> None:
    """A round office stamp around (x, y): rings, the agency's name on a circle, the unit inside."""
    with pdf.local_context(stroke_opacity=STAMP_OPACITY, fill_opacity=STAMP_OPACITY):
        pdf.set_draw_color(STAMP_BLUE)
        pdf.set_text_color(STAMP_BLUE)
        for radius, line_width in RINGS_MM:
            pdf.set_line_width(line_width)
            pdf.circle(x, y, radius)
        write_on_circle(pdf, x, y, ring_text)
        pdf.set_font("Helvetica", "B", 18)
        size = min(13.0, 18 * 16 / pdf.get_string_width(middle))
        pdf.set_font_size(size)
        pdf.text(x - pdf.get_string_width(middle) / 2, y + size * 0.125, middle)
    pdf.set_draw_color(0)
    pdf.set_text_color(0)


def write_on_circle(pdf: FPDF, x: float, y: float, text: str) -> None:
    """Letters around the upper part of the stamp, closer together where there are many."""
    step = min(LETTER_DEGREES, LONGEST_ARC_DEGREES / len(text))
    pdf.set_font("Helvetica", "B", 7.8 * min(1, 0.45 + 0.55 * step / LETTER_DEGREES))
    start = -step * (len(text) - 1) / 2
    for place, letter in enumerate(text):
        degrees = start + place * step
        with pdf.rotation(-degrees, x, y):
            pdf.text(x - pdf.get_string_width(letter) / 2, y - TEXT_RADIUS_MM, letter)


def draw_signature(pdf: FPDF, x: float, y: float, mark: int) -> None:
    """One of the pen strokes, from (x, y) to the right."""
    (start_x, start_y), curves = SIGNATURES[mark % len(SIGNATURES)]
    with pdf.new_path(paint_rule=PathPaintRule.STROKE) as pen:
        pen.style.stroke_color = PEN_BLUE
        pen.style.stroke_width = 0.55
        pen.style.stroke_cap_style = StrokeCapStyle.ROUND
        pen.style.stroke_join_style = StrokeJoinStyle.ROUND
        pen.move_to(x + start_x, y + start_y)
        for (ax, ay), (bx, by), (cx, cy) in curves:
            pen.curve_to(x + ax, y + ay, x + bx, y + by, x + cx, y + cy)
