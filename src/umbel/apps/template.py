"""The beginning of an app: small, and complete."""

from __future__ import annotations

import colorsys
import getpass
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw

from umbel.apps import icons
from umbel.apps.finding import rules
from umbel.apps.formats import appconfig
from umbel.errors import UmbelError

_FILES = Path(__file__).with_name("template")
_PLACES = {
    "config.json": "config.json",
    "main.py.txt": "main.py",
    "en_US.json": "translate/en_US.json",
    "de.json": "translate/de.json",
    "install.py.txt": "setup/install.py",
    "uninstall.sh": "setup/uninstall.sh",
    "test_main.py.txt": "source/test_main.py",
}
_SIDE = 256  # pixels


def write(folder: Path, title: str, licence: str) -> list[str]:
    """Write an app into ``folder``, whose name is the app's; returns the names of its files.

    Raises:
        UmbelError: the name or the title is none of an app, or the folder is not empty.
    """
    uid = folder.resolve().name
    for number, text in appconfig.uid_faults(uid):
        raise UmbelError(f"{number}: {text}", remedy=rules()[number].demand)
    if not appconfig.is_title(title):
        raise UmbelError(f"C4: {title!r} is no title", remedy=rules()["C4"].demand)
    if folder.exists() and any(folder.iterdir()):
        raise UmbelError(f"{folder} is there already, and not empty")
    files = _texts(uid, title, licence) | icon(uid)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return sorted(files)


def icon(uid: str) -> dict[str, bytes]:
    """A flower whose colour follows from the name, as icons."""
    hue = hashlib.sha256(uid.encode()).digest()[0] / 256
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, 0.35, 0.6))
    image = Image.new("RGBA", (_SIDE, _SIDE))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((8, 8, _SIDE - 8, _SIDE - 8), 48, fill=(red, green, blue, 255))
    draw.line((128, 220, 128, 110), fill="white", width=12)
    for x, y in ((68, 96), (96, 66), (128, 54), (160, 66), (188, 96)):
        draw.line((128, 150, x, y), fill="white", width=8)
        draw.ellipse((x - 18, y - 18, x + 18, y + 18), fill="white")
    with TemporaryDirectory() as place:
        picture = Path(place, "icon.png")
        stream = io.BytesIO()
        image.save(stream, "PNG")
        picture.write_bytes(stream.getvalue())
        return icons.make(picture)


def _texts(uid: str, title: str, licence: str) -> dict[str, bytes]:
    values = {
        "uid": uid,
        "title": json.dumps(title)[1:-1],
        "licence": json.dumps(licence)[1:-1],
        "author": json.dumps(getpass.getuser())[1:-1],
        "year": str(datetime.now(UTC).year),
    }
    return {
        target: Template((_FILES / name).read_text("utf-8")).substitute(values).encode()
        for name, target in _PLACES.items()
    }
