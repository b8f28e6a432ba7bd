"""What may stand in a command line to a node, for completion. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SHELL_WORDS = ("conf", "exit")
_BUILT_IN = {
    "app": ("info", "install", "list", "log", "remove", "start", "stop", "upgrade"),
    "hello": (),
    "help": ("lm",),
    "modules": ("installed", "unload"),
    "reboot": ("hard", "safe"),
    "task": ("kill", "list", "show"),
    "update": ("confirm", "now", "rollback"),
    "version": (),
    "webrepl": ("update",),
}
_CHOICES = re.compile(r"<([^<>]*,[^<>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A word that may stand where the cursor is."""

    word: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The commands of a node: modules, their functions, the parameters of these."""

    modules: Mapping[str, tuple[str, ...]]  # to usage lines, as far as we asked for them

    def suggestions(self, text: str) -> list[Suggestion]:
        """What may complete the last word of ``text``, which ends at the cursor."""
        words = text.split()
        begun = "" if not text or text[-1].isspace() else words.pop()
        possible = self._next(words)
        return [one for one in possible if one.word.startswith(begun) and one.word != begun]

    def _next(self, words: list[str]) -> Iterable[Suggestion]:
        if not words:
            names = sorted({*self.modules, *_BUILT_IN, *_SHELL_WORDS})
            return [Suggestion(word=name) for name in names]
        if words[0] in _BUILT_IN:
            follows = _BUILT_IN[words[0]] if len(words) == 1 else ()
            return [Suggestion(word=name) for name in follows]
        usages = [usage.split() for usage in self.modules.get(words[0], ())]
        if len(words) == 1:
            return [Suggestion(word=one[0], hint=" ".join(one[1:])) for one in usages if one]
        given = {word.partition("=")[0] for word in words[2:] if "=" in word}
        return _parameters([one[1:] for one in usages if one[:1] == words[1:2]], given)


def _parameters(usages: list[list[str]], given: set[str]) -> list[Suggestion]:
    found: list[Suggestion] = []
    for parameters in usages:
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if not name.isidentifier() or name in given:
                continue
            choices = _CHOICES.fullmatch(value)
            words = [f"{name}={choice}" for choice in choices[1].split(",")] if choices else []
            found.extend(Suggestion(word=word, hint=value) for word in words or [f"{name}="])
    return found
