"""Signatures of releases: by a key that is here, by a command, by the key of a node."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import shlex
import subprocess
from collections.abc import Callable, Iterable

from tepal.formats.rsa import KEY_SIZE, is_signed
from umbel.errors import UmbelError
from umbel.release.keys import PublicKey
from umbel.release.manifest import Described, Signature
from umbel.release.release import Release

Signer = Callable[[bytes], bytes]
_MOST = 3  # of what a manifest may carry, one is left for the proof of a node's key
_PATIENCE = 300.0  # seconds; somebody may have to touch a card
_PURPOSE = b"tepal-release 1\n"  # as in tepal.core.release_trust


def sign(release: Release, key: PublicKey, signer: Signer) -> Release:
    """``release`` with a signature by ``key``, which ``signer`` makes of the bytes it is given.

    Raises:
        UmbelError: the signature is not one by this key.
    """
    others = {one.id for one in release.manifest.signatures} - {key.id}
    if len(others) == _MOST:
        raise UmbelError(f"{_MOST} keys have signed already, nodes want no more")
    made = signer(release.manifest.signed)
    if not is_signed(release.manifest.digest, made, key.modulus):
        raise UmbelError(f"this is no signature by {key.name}: another key has made it, or none")
    return release.with_signature(Signature(kind="rsa", id=key.id, content=made))


def with_command(line: str) -> Signer:
    """Signs with a program: the bytes on its standard input, the signature on its output.

    What it prints may be bytes, hex or base64.
    """

    def run(content: bytes) -> bytes:
        try:
            done = subprocess.run(
                shlex.split(line),
                input=content,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as exc:
            raise UmbelError(f"{line}: {exc}") from exc
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise UmbelError(f"{line}: ended with {done.returncode}: {said}")
        return _plain(done.stdout)

    return run


def signed_by(described: Described, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Those of ``keys`` that have signed.

    Raises:
        UmbelError: a signature by one of them is wrong.
    """
    known = {key.id: key for key in keys}
    signers: list[PublicKey] = []
    for signature in described.signatures:
        key = known.get(signature.id) if signature.kind == "rsa" else None
        if key is None:
            continue
        if not is_signed(described.digest, signature.content, key.modulus):
            raise UmbelError(f"the signature by {key.name} is wrong")
        signers.append(key)
    return tuple(signers)


def for_node(described: Described, node_id: str, node_key: bytes) -> Signature:
    """What makes a node without release keys believe a manifest: proof that we hold its key."""
    proof = hmac.new(node_key, _PURPOSE + described.digest, hashlib.sha256).digest()
    return Signature(kind="hmac", id=node_id, content=proof)


def _plain(printed: bytes) -> bytes:
    if len(printed) == KEY_SIZE:
        return printed
    text = b"".join(printed.split())
    for decode in (binascii.unhexlify, binascii.a2b_base64):
        try:
            decoded = decode(text)
        except ValueError:
            continue
        if len(decoded) == KEY_SIZE:
            return decoded
    return printed
