"""Which apps an app says that it needs."""

# Of the part apps, which a release can leave out.

from tepal.formats.appnames import as_list, dependency

_TYPING = 0
if _TYPING:
    from collections.abc import Iterator
    from typing import Any  # noqa: TID251 - never imported on a node

    Faults = Iterator[tuple[str, str]]

RARE = True


def faults(config: "dict[str, Any]", uid: str) -> "Faults":
    """Yield what is wrong with the dependencies in ``config``, see ``appconfig``."""
    seen = []
    for text in as_list(config.get("dependencies")):
        try:
            name, _ = dependency(text)
        except ValueError as error:
            yield "P1", "dependencies: %s" % error
            continue
        if name in seen:
            yield "P2", "dependencies: %s: each app once expected" % text
        if name == uid:
            yield "P3", "dependencies: %s: an app cannot need itself" % text
        seen.append(name)
