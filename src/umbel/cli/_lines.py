"""Command lines between a person and a node. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_OPENERS = "\"'[{"  # whoever begins a word with these quotes it already, in the node's own way
_NAMED = re.compile(r"([A-Za-z_]\w*=)(.*)", re.DOTALL)
_SECRET_KEYS = ("appwd", "ctlpwd", "viewpwd", "stapwd", "ap_password", "telegram")
_SECRET_VALUE = re.compile(rf"\b({'|'.join(_SECRET_KEYS)})(\s+)\S.*")
_SECRET_ARGUMENT = re.compile(
    r"\b(\w*(?:pwd|password|passwd|token|secret|key)=)(\"[^\"]*\"|'[^']*'|\S+)"
)


def joined(words: Sequence[str]) -> str:
    """The line of the words that our shell was given; a single one is a whole line."""
    if len(words) == 1:
        return words[0]
    return " ".join(_quoted(word) for word in words)


def for_node(line: str) -> str:
    """``line`` as a command; the options of the original shell become functions."""
    words = line.split()
    if words[:1] == ["reboot"] and any(word.startswith("-h") for word in words[1:]):
        return "reboot hard"
    return line


def masked(line: str) -> str:
    """``line`` with stars for what should be remembered by nobody."""
    return _SECRET_ARGUMENT.sub(r"\1***", _SECRET_VALUE.sub(r"\1\2***", line))


def _quoted(word: str) -> str:
    if word and (word[0] in _OPENERS or not re.search(r"\s", word)):
        return word
    if named := _NAMED.fullmatch(word):
        return named[1] + _quoted(named[2])
    return json.dumps(word, ensure_ascii=False)
