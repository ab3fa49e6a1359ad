"""A drawn person for the fake camera: no face, as in the drawings, nodding a little."""

import math
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, FRAMES = 640, 480, 20
RATE = 10  # pictures a second: tests need no more, and each costs the machine work
SMALL = (WIDTH // 2, HEIGHT // 2)  # pixels, for whoever looks only whether it moves
WALL, FLOOR, WINDOW, FRAME = "#7c838e", "#6a717c", "#a9b6bf", "#8b929c"
HAIR, SKIN, NECK, SHIRT, COLLAR = "#322e2d", "#c8a68a", "#b8967b", "#5b4d60", "#eef1f4"


def _frame(number: int) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 360, WIDTH, HEIGHT), FLOOR)
    draw.rectangle((470, 40, 600, 220), WINDOW)
    draw.line((535, 40, 535, 220), FRAME, 5)
    nod = round(4 * math.sin(2 * math.pi * number / FRAMES))
    draw.rounded_rectangle((225, 110 + nod, 415, 400), 90, HAIR)
    draw.pieslice((130, 330, 510, 700), 180, 360, SHIRT)
    draw.rounded_rectangle((285, 270 + nod, 355, 370), 16, NECK)
    draw.ellipse((252, 150 + nod, 388, 320 + nod), SKIN)
    draw.pieslice((245, 135 + nod, 395, 265 + nod), 175, 365, HAIR)
    draw.polygon(((285, 345), (320, 410), (355, 345), (370, 352), (320, 440), (270, 352)), COLLAR)
    return image


def write_portrait(path: Path, rate: int = RATE, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    """Write the film as YUV4MPEG2, which Chromium takes for its fake camera."""
    width, height = size
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1\n".encode())
        for number in range(FRAMES):
            light, *colours = _frame(number).resize(size).convert("YCbCr").split()
            planes = [light, *(plane.resize((width // 2, height // 2)) for plane in colours)]
            film.write(b"FRAME\n" + b"".join(plane.tobytes() for plane in planes))
