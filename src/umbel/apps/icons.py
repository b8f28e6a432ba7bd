"""Icons: of any picture those that an app needs, and what a display without colours shows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from umbel.apps.formats import appfiles
from umbel.errors import UmbelError

SIZES = (32, 64)  # pixels
_LARGEST = 4096  # pixels on a side of what somebody brings
_DARK = 128  # below it a grey is black
_BITMAP = ".pbm"


def make(picture: Path, sizes: tuple[int, ...] = SIZES) -> dict[str, bytes]:
    """Icons of these sizes, in colour and in black and white: their names in an app to content.

    Raises:
        UmbelError: it is no picture.
    """
    image = _opened(picture.read_bytes(), str(picture))
    side = max(image.size)
    square = Image.new("RGBA", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    made: dict[str, bytes] = {}
    for size in sizes:
        small = square.resize((size, size), Image.Resampling.LANCZOS)  # pyright: ignore[reportUnknownMemberType] - of numpy
        made[appfiles.icon_name(size, False)] = _png(small)
        made[appfiles.icon_name(size, True)] = _png(_two_colours(small))
    return made


def bitmaps(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """For each size of icon a file that a display takes as it is: PBM, bits in rows, 1 is black.

    Of an icon for black and white where there is one, else of the one in colour.

    Raises:
        UmbelError: a file that is called an icon is no picture.
    """
    chosen: dict[int, str] = {}
    for name in files:
        found = appfiles.icon(name)
        if found and (found[1] or found[0] not in chosen):
            chosen[found[0]] = name
    made: dict[str, bytes] = {}
    for size, name in chosen.items():
        stream = io.BytesIO()
        _two_colours(_opened(files[name], name)).save(stream, "PPM")
        target = appfiles.icon_name(size, True).removesuffix(".png") + _BITMAP
        made[target] = stream.getvalue()
    return made


def _opened(content: bytes, where: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content))
        if max(image.size) > _LARGEST:
            raise UmbelError(f"{where}: more than {_LARGEST} pixels on a side")
        return image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as exc:
        raise UmbelError(f"{where} is no picture that we can read") from exc


def _two_colours(image: Image.Image) -> Image.Image:
    """Black where it is dark, white where it is light or transparent."""
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    grey = paper.convert("L")
    black = grey.point([0 if level < _DARK else 255 for level in range(256)])  # pyright: ignore[reportUnknownMemberType]
    return black.convert("1", dither=Image.Dither.NONE)


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
