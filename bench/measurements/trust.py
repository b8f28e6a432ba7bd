"""What a node of 32 bit needs to read the manifest of a release and to check its signature."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench import node
from bench.figure import Figure
from bench.processes import needed
from umbel.build import compile as compiler
from umbel.build import sources, stage
from umbel.errors import UmbelError
from umbel.release import KeyRing, Release, Wishes, build, private_keys, sign

_PROGRAM = node.BARE / "believe.py"
_RUNS = 5
_PATIENCE = 30.0  # seconds


def measure() -> Iterator[Figure]:
    micropython = needed("micropython-32")
    with tempfile.TemporaryDirectory() as folder:
        slot, release, modulus = signed(Path(folder))
        key = Path(folder) / "key"  # MicroPython takes no argument of this length
        key.write_text(modulus)
        manifest = Path(folder) / "manifest"
        manifest.write_bytes(release.manifest.content)
        command = [micropython, "-X", "heapsize=128k", _PROGRAM, manifest, key]
        runs = [_run(command, slot) for _ in range(_RUNS)]
    kept, reading, used, took = (median(values) for values in zip(*runs, strict=True))
    files = len(release.files)
    yield Figure(key="manifest", what=f"a manifest of {files} files, kept", value=kept, unit="B")
    yield Figure(what=f"a manifest of {files} files, read", value=reading / 1000, unit="ms")
    yield Figure(key="signature", what="a signature, checked: heap", value=used, unit="B")
    yield Figure(what="a signature, checked: time", value=took / 1000, unit="ms")


def signed(folder: Path) -> tuple[Path, Release, str]:
    """Tepal itself: where it is, its signed release, the key."""
    files = stage.release_files(cache=sources.cache_dir())
    slot = folder / "slot"
    for name, content in files.items():
        compiler.write_if_changed(slot / name, content)
    ring = KeyRing(folder / "keys")
    key = private_keys.new(ring, "bench")
    unsigned = build(files, Wishes(name="tepal", version="1.0.0"))
    release = sign(unsigned, key, private_keys.signer(ring, "bench"))
    return slot, release, key.modulus.hex()


def _run(command: list[str | Path], slot: Path) -> list[int]:
    done = subprocess.run(
        command,
        env={"MICROPYPATH": f"{slot}:.frozen"},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise UmbelError(f"the measurement failed: {done.stdout}{done.stderr}")
    return [int(number) for number in done.stdout.split()[1:]]
