"""Does an app keep the rules of the format? Every finding, not the first alone."""

from __future__ import annotations

from collections.abc import Iterator

from umbel.apps import check_code, check_config, check_files, check_names
from umbel.apps.finding import Finding, rules
from umbel.apps.source import Source

_LOOKS = (check_names.look, check_config.look, check_files.look, check_code.look)


def check(source: Source) -> list[Finding]:
    """What is wrong with an app: errors first, each in the order of the rules."""
    numbers = list(rules())
    findings = {(one.rule.number, one.text): one for one in _all(source)}
    return sorted(
        findings.values(), key=lambda one: (not one.rule.is_error, numbers.index(one.rule.number))
    )


def has_errors(findings: list[Finding]) -> bool:
    """Whether an archive cannot be made."""
    return any(one.rule.is_error for one in findings)


def _all(source: Source) -> Iterator[Finding]:
    for look in _LOOKS:
        yield from look(source)
