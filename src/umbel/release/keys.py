"""Release keys: who may sign what nodes run. RSA-3072, because that is what a node can check.

A key is two files: ``NAME.pub`` for everybody, one line; ``NAME.pem`` for this user alone. One that
lies elsewhere, in a smart card or with a service, has the first file only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tepal.formats.rsa import KEY_SIZE, is_modulus, key_id
from umbel.errors import UmbelError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_LARGEST = 65536  # bytes of a key file


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """What a node is given, and needs to check a signature."""

    name: str
    modulus: bytes

    @property
    def id(self) -> str:
        """What a manifest calls it."""
        return key_id(self.modulus)

    @property
    def line(self) -> str:
        """All of it as text."""
        return f"rsa {self.id} {self.modulus.hex()}"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys in a folder."""

    folder: Path

    def __iter__(self) -> Iterator[PublicKey]:
        """Every key, by name."""
        for path in sorted(self.folder.glob("*.pub")):
            yield self.public(path.stem)

    def add(self, key: PublicKey, private: bytes | None = None) -> None:
        """Keep a key; its private half is for the eyes of this user alone.

        Raises:
            UmbelError: the name is taken, or none.
        """
        paths = (self.public_path(key.name), self.private_path(key.name))
        for path in paths:
            if path.exists():
                raise UmbelError(f"there is a key of that name: {path}")
        if private is not None:
            self._write(paths[1], private)
        self._write(paths[0], f"{key.line}\n".encode())

    def public(self, name: str) -> PublicKey:
        """The public half of a key.

        Raises:
            UmbelError: there is none of that name, or its file is damaged.
        """
        path = self.public_path(name)
        if not path.is_file():
            there = ", ".join(sorted(one.stem for one in self.folder.glob("*.pub"))) or "none"
            raise UmbelError(
                f"no release key is called {name!r}; there are: {there}",
                remedy=f"umbel keys new {name}",
            )
        return from_line(name, content(path), path)

    def has_private(self, name: str) -> bool:
        """Whether we can sign with it ourselves."""
        return self.private_path(name).is_file()

    def read_private(self, name: str) -> bytes:
        """The file of a private half.

        Raises:
            UmbelError: it is not here, or others may read it.
        """
        path = self.private_path(name)
        if not path.is_file():
            self.public(name)
            raise UmbelError(
                f"the private half of {name} is not here",
                remedy='--with "COMMAND", which signs what it gets on standard input',
            )
        if path.stat().st_mode & 0o077:
            raise UmbelError(
                f"{path} can be read by others, so it is no secret", remedy=f"chmod 600 {path}"
            )
        return content(path)

    def public_path(self, name: str) -> Path:
        """Where the public half of a key is, or would be."""
        return self._at(name, "pub")

    def private_path(self, name: str) -> Path:
        """Where the private half of a key is, or would be."""
        return self._at(name, "pem")

    def _at(self, name: str, kind: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UmbelError(f"{name!r} is no name of a key: up to 32 of a-z 0-9 . _ - expected")
        return self.folder / f"{name}.{kind}"

    def _write(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def from_line(name: str, text: bytes, path: Path) -> PublicKey:
    """The key that a line of ours spells; ``path`` is where it stands.

    Raises:
        UmbelError: it spells none that a node could use.
    """
    match = re.fullmatch(rb"rsa ([0-9a-f]{16}) ([0-9a-f]+)\n?", text)
    if match is None or len(match[2]) % 2:
        raise UmbelError(f"{path}: a line 'rsa ID MODULUS' expected")
    key = checked(PublicKey(name=name, modulus=bytes.fromhex(match[2].decode())), path)
    if key.id != match[1].decode():
        raise UmbelError(f"{path} is damaged: the id is not that of the key")
    return key


def checked(key: PublicKey, path: Path) -> PublicKey:
    """``key``, if a node can use it.

    Raises:
        UmbelError: it is of another size.
    """
    if len(key.modulus) != KEY_SIZE or not is_modulus(key.modulus):
        raise UmbelError(f"{path}: {len(key.modulus) * 8} bits, nodes want RSA-{KEY_SIZE * 8}")
    return key


def content(path: Path) -> bytes:
    """What a key file holds.

    Raises:
        UmbelError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as exc:
        raise UmbelError(f"{path} cannot be read: {exc.strerror}") from exc
