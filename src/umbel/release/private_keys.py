"""Private release keys: making them, opening them, signing with them. The library does the work."""

from __future__ import annotations

from pathlib import Path

from tepal.formats.rsa import KEY_SIZE
from umbel.errors import UmbelError
from umbel.release import keys
from umbel.release.keys import KeyRing, PublicKey
from umbel.release.signing import Signer

try:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ImportError as exc:
    raise UmbelError(
        "cryptography is not installed", remedy="pip install 'umbel[release]'"
    ) from exc

_EXPONENT = 65537


def new(ring: KeyRing, name: str, passphrase: str | None = None) -> PublicKey:
    """Make a key and keep it; with a passphrase its file alone is good for nothing.

    Raises:
        UmbelError: the name is taken, or none.
    """
    made = rsa.generate_private_key(_EXPONENT, KEY_SIZE * 8)
    content = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption(),
    )
    key = _public(name, made.public_key().public_numbers())
    ring.add(key, content)
    return key


def take(ring: KeyRing, name: str, path: Path) -> PublicKey:
    """Keep a public key that somebody else has made: PEM, or a line of ours.

    Raises:
        UmbelError: it is none that a node could use, or the name is taken.
    """
    text = keys.content(path)
    read = _from_pem if b"-----" in text else keys.from_line
    key = read(name, text, path)
    ring.add(key)
    return key


def is_locked(ring: KeyRing, name: str) -> bool:
    """Whether the private half wants a passphrase."""
    return b"ENCRYPTED" in ring.read_private(name)


def signer(ring: KeyRing, name: str, passphrase: str | None = None) -> Signer:
    """Signs with a key that is here.

    Raises:
        UmbelError: it is not here, others may read it, or the passphrase is wrong.
    """
    private = _private(ring, name, passphrase)
    return lambda content: private.sign(content, padding.PKCS1v15(), hashes.SHA256())


def pem(key: PublicKey) -> str:
    """A public key as other programs want it."""
    numbers = rsa.RSAPublicNumbers(_EXPONENT, int.from_bytes(key.modulus))
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return numbers.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


def _private(ring: KeyRing, name: str, passphrase: str | None) -> rsa.RSAPrivateKey:
    path = ring.private_path(name)
    text = ring.read_private(name)
    password = passphrase.encode() if passphrase and b"ENCRYPTED" in text else None
    try:
        key = serialization.load_pem_private_key(text, password)
    except TypeError as exc:
        raise UmbelError(
            f"{path} wants its passphrase", remedy="set UMBEL_KEY_PASSPHRASE"
        ) from exc
    except ValueError as exc:
        raise UmbelError(f"{path}: the passphrase is wrong, or the file is damaged") from exc
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UmbelError(f"{path} is no RSA key")
    return key


def _from_pem(name: str, text: bytes, path: Path) -> PublicKey:
    if b"PRIVATE" in text:
        raise UmbelError(f"{path} is a private key; a public one was expected")
    try:
        key = serialization.load_pem_public_key(text)
    except ValueError as exc:
        raise UmbelError(f"{path} is no public key") from exc
    if not isinstance(key, rsa.RSAPublicKey) or key.public_numbers().e != _EXPONENT:
        raise UmbelError(f"{path}: an RSA key with exponent {_EXPONENT} expected")
    return keys.checked(_public(name, key.public_numbers()), path)


def _public(name: str, numbers: rsa.RSAPublicNumbers) -> PublicKey:
    size = (numbers.n.bit_length() + 7) // 8
    return PublicKey(name=name, modulus=numbers.n.to_bytes(size))
