"""What compiled files ask of the MicroPython that runs them."""

from __future__ import annotations

from collections.abc import Mapping

from tepal.formats.fitting import bytecode
from umbel.errors import UmbelError

_MAGIC = ord("M")


def wanted(files: Mapping[str, bytes]) -> str | None:
    """The ``mpy`` of a manifest: ``6``, or ``6.3 armv6m`` with native code; None without either.

    Raises:
        UmbelError: a file is not compiled, or not for the same MicroPython as another.
    """
    asked = {name: _asked(name, content) for name, content in files.items() if _is_mpy(name)}
    if not asked:
        return None
    versions = {version for version, _, _ in asked.values()}
    if len(versions) > 1:
        raise UmbelError(f"files for different MicroPythons: bytecode {sorted(versions)}")
    native = {bytecode(v | sub << 8 | arch << 10) for v, sub, arch in asked.values() if arch}
    if not native:
        return str(versions.pop())
    number, *others = sorted({text.split(" ")[0] for text in native})
    if others:
        raise UmbelError(f"native code for different MicroPythons: {number}, {', '.join(others)}")
    return " ".join([number, *sorted(text.split(" ")[1] for text in native)])


def _is_mpy(name: str) -> bool:
    return name.endswith(".mpy")


def _asked(name: str, content: bytes) -> tuple[int, int, int]:
    """Version, version of native code, architecture."""
    if len(content) < 4 or content[0] != _MAGIC:
        raise UmbelError(f"{name}: no compiled file")
    return content[1], content[2] & 3, content[2] >> 2 & 15
