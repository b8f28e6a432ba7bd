"""An app that somebody asks for: a person, or another app."""

from __future__ import annotations

from dataclasses import dataclass

from umbel.apps.formats import appconfig, semver
from umbel.apps.index import Offer
from umbel.errors import UmbelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An app that is wanted, and in which versions."""

    uid: str
    versions: tuple[int | None, ...]

    @classmethod
    def parse(cls, text: str) -> Wanted:
        """What ``acme-1.x.x`` says; a name alone takes every version.

        Raises:
            UmbelError: it says nothing that we understand.
        """
        try:
            if not list(appconfig.uid_faults(text)):
                return cls(uid=text, versions=(None, None, None))
            uid, versions = appconfig.dependency(text)
        except ValueError as exc:
            raise UmbelError(
                str(exc), remedy="acme, acme-1.x.x, acme-1.2.x or acme-1.2.3"
            ) from exc
        return cls(uid=uid, versions=versions)

    def __str__(self) -> str:
        """As config.json has it."""
        return f"{self.uid}-{'.'.join('x' if one is None else str(one) for one in self.versions)}"

    @property
    def is_exact(self) -> bool:
        """Whether it is one version, which never moves."""
        return semver.is_exact(self.versions)

    def takes(self, offer: Offer) -> bool:
        """Whether this version will do."""
        return semver.matches(self.versions, offer.order)
