"""Who answered a search, read from what it said. Pure: bytes in, a value out, or nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from umbel.model import Address, Node

QUESTION = b"tepal?"
TEPAL = "Tepal"
MICROS = "micrOS"

_LARGEST_ANSWER = 1024  # bytes
_LONGEST_TEXT = 64  # characters of anything that a stranger calls itself
_GREETING = re.compile(r"hello:(?P<name>[^:\s]+):(?P<id>micr\w+OS)(?::(?P<flags>[\w:]+))?")
_PROMPT = re.compile(r"(?P<name>\S+) \$ ?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One answer to a search."""

    name: str
    id: str
    address: Address  # of the shell
    system: str = TEPAL  # or MICROS, which answers nothing but its shell
    version: str | None = None  # None: it does not tell strangers
    web_port: int | None = None
    auth: bool = True

    def as_node(self) -> Node:
        """The node that answered, as far as a stranger knows it."""
        return Node(name=self.name, id=self.id, address=self.address, web_port=self.web_port)


def from_datagram(data: bytes, host: str) -> Found | None:
    """Who sent ``data`` from ``host``; None if that is not the answer of a node."""
    if len(data) > _LARGEST_ANSWER:
        return None
    try:
        told = json.loads(data)
    except ValueError:  # UnicodeDecodeError is one
        return None
    except RecursionError:
        return None
    if not isinstance(told, dict):
        return None
    return _from_object(cast("dict[str, Any]", told), host)


def from_greeting(text: str, address: Address) -> Found | None:
    """Who answered ``hello`` at ``address`` with ``text``, prompts included; None: no node."""
    greeting = _GREETING.search(text)
    if greeting is None:
        return None
    flags = (greeting["flags"] or "").split(":")
    is_locked = "[password]" in text.partition("hello:")[0]
    return Found(
        name=greeting["name"][:_LONGEST_TEXT],
        id=greeting["id"][:_LONGEST_TEXT],
        address=address,
        system=MICROS,
        auth=is_locked and "open" not in flags,
    )


def prompt_name(text: str) -> str | None:
    """The name in the prompt that ends ``text``; None if no prompt ends it."""
    prompt = _PROMPT.search(text)
    return prompt["name"] if prompt else None


def _from_object(told: dict[str, Any], host: str) -> Found | None:
    name, number = told.get("name"), told.get("id")
    version, auth = told.get("tepal"), told.get("auth", True)
    shell, web = told.get("shell"), told.get("web")
    if not (_is_text(name) and _is_text(number) and _is_text(version)):
        return None
    if not (_is_port(shell) and (web is None or _is_port(web)) and isinstance(auth, bool)):
        return None
    return Found(
        name=name,
        id=number,
        address=Address(host, shell),
        version=version,
        web_port=web,
        auth=auth,
    )


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT and value.isprintable()


def _is_port(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
