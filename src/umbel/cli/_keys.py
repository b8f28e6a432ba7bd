"""The release keys of this user."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.release import KeyRing, PublicKey, Release
    from umbel.release.signing import Signer

_PASSPHRASE = "UMBEL_KEY_PASSPHRASE"  # noqa: S105 - where it is, not what it is


def ring() -> KeyRing:
    """Where they are kept."""
    from umbel.registry import place
    from umbel.release import KeyRing

    return KeyRing(place.state_dir() / "keys")


def named(names: Sequence[str]) -> tuple[PublicKey, ...]:
    """Those that somebody has named; all, where nobody was."""
    keys = ring()
    return tuple(map(keys.public, names)) if names else tuple(keys)


def signer(name: str) -> Signer:
    """What signs with the private half of a key."""
    from umbel.release import private_keys

    keys = ring()
    secret = passphrase(name) if private_keys.is_locked(keys, name) else None
    return private_keys.signer(keys, name, secret)


def passphrase(what: str, *, is_new: bool = False) -> str:
    """That of the environment, or what is typed; never shown."""
    from getpass import getpass

    if given := os.environ.get(_PASSPHRASE):
        return given
    if not sys.stdin.isatty():
        raise UmbelError(f"{what} wants a passphrase", remedy=f"set {_PASSPHRASE}")
    typed = getpass(f"passphrase of {what}: ")
    if is_new and getpass("once more: ") != typed:
        raise UmbelError("these were two different passphrases")
    if not typed:
        raise UmbelError("an empty passphrase protects nothing")
    return typed


def signed(release: Release, name: str) -> Release:
    """``release`` with one more signature, by that key."""
    from umbel.release import sign

    return sign(release, ring().public(name), signer(name))
