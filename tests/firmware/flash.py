"""File systems with small programs of ours, for boards that do not run a node."""

from __future__ import annotations

from pathlib import Path

from umbel.build import image

PROGRAMS = Path(__file__).parent / "programs"
BASELINES = Path(__file__).parents[2] / "bench" / "baselines"

EMPTY = image.pack({}).content


def program(name: str, *sources: Path, **texts: str) -> bytes:
    """A file system with a program of ours as ``main.py``, beside it Wi-Fi, sources and texts."""
    files = {source.name: source.read_bytes() for source in (PROGRAMS / "wifi.py", *sources)}
    files["main.py"] = (PROGRAMS / f"{name}.py").read_bytes()
    files |= {f"{text_name}.txt": text.encode() for text_name, text in texts.items()}
    return image.pack(files).content
