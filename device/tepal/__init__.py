"""Tepal, the operating system of a node. What modules, devices and apps may import is here."""

from tepal.formats.errors import TepalError  # noqa: F401
