"""Manifests as the host writes and reads them. What they say is defined in tepal.formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tepal.formats.errors import TepalError
from tepal.formats.manifest import LIMITS, Manifest
from umbel.errors import UmbelError

MAX_FILES, MAX_FILE, MAX_SIZE, MAX_BYTES = LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a release."""

    path: str
    size: int  # bytes
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A line behind the files."""

    kind: str  # rsa, hmac
    id: str  # of the key, or of the node
    content: bytes

    @property
    def line(self) -> bytes:
        """As it stands in a manifest."""
        return f"signature: {self.kind} {self.id} {self.content.hex()}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a manifest says."""

    kind: str  # release, app
    name: str
    version: str
    sequence: int  # 0 for an app
    head: dict[str, str | int]
    files: tuple[File, ...]
    signatures: tuple[Signature, ...]
    signed: bytes  # what signatures are made of
    digest: bytes  # SHA-256 of that

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def content(self) -> bytes:
        """The manifest itself."""
        return self.signed + b"".join(one.line for one in self.signatures)

    def with_signature(self, signature: Signature) -> bytes:
        """The manifest with one more signature, which replaces one of the same key."""
        others = [
            one for one in self.signatures if (one.kind, one.id) != (signature.kind, signature.id)
        ]
        return self.signed + b"".join(one.line for one in (*others, signature))


def read(content: bytes, where: str = "manifest", *, kind: str = "release") -> Described:
    """What ``content`` says, if it is of that kind.

    Raises:
        UmbelError: it is no manifest; the message has the line and what was expected.
    """
    if len(content) > MAX_BYTES:
        raise UmbelError(f"{where}: {len(content):,} bytes, a manifest has at most {MAX_BYTES:,}")
    taken: Any = Manifest(kind)  # a node's code carries no types that we could use
    files: list[File] = []
    signed = 0
    try:
        for line in _lines(content):
            if not taken.digest:
                signed += len(line)
            if found := taken.take(line):
                files.append(File(path=found[0], size=found[1], sha256=found[2]))
        taken.end()
    except TepalError as error:
        raise UmbelError(f"{where}: {error.detail}") from None
    return Described(
        kind=kind,
        name=taken.head["name"],
        version=taken.head["version"],
        sequence=taken.head.get("sequence", 0),
        head=dict(taken.head),
        files=tuple(files),
        signatures=tuple(
            Signature(kind=kind, id=name, content=content)
            for kind, name, content in taken.signatures
        ),
        signed=content[:signed],
        digest=taken.digest,
    )


def _lines(content: bytes) -> Iterator[bytes]:
    """Lines as a node finds them: they end in a newline and nowhere else."""
    *whole, rest = content.split(b"\n")
    yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
