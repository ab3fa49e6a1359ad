"""What both children make of a decoded image before anything else."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from desk.access.confined import Refused


def upright(data: bytes, most_pixels: int, longest_side: int) -> Image.Image:
    """A JPEG or PNG as RGB pixels on white, the right way up, no longer than that; else Refused."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused below, by our limit
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
    except Image.DecompressionBombError as error:
        raise Refused("too_large") from error
    except UnidentifiedImageError as error:
        raise Refused("damaged") from error
    if image.width * image.height > most_pixels:
        raise Refused("too_large")
    image = on_white(ImageOps.exif_transpose(image))
    image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    return image


def on_white(image: Image.Image) -> Image.Image:
    """RGB pixels and nothing else: paper is white where a picture is transparent."""
    if image.mode.startswith("I"):  # 16 bits a pixel, which a plain conversion would clip to white
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper
