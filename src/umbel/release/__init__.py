"""Releases: sets of files for nodes, with a manifest that says what they are and who made them."""

from umbel.release.build import Wishes, build
from umbel.release.keys import KeyRing, PublicKey
from umbel.release.release import Release
from umbel.release.signing import sign, signed_by

__all__ = ["KeyRing", "PublicKey", "Release", "Wishes", "build", "sign", "signed_by"]
