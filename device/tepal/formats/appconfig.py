"""What an app says of itself in ``config.json``. docs/reference/apps.md has the rules.

A fault is (number of the rule, what was expected and where). A node refuses an app at the first; the
host shows all of them, and has remedies and advice besides. A node looks at one part after the other
(``core/app_config.py``) and has no use for this file, which is all of them together.
"""

# Of the part apps, which a release can leave out.

from tepal.formats import appextras, appneeds, apptexts
from tepal.formats.appentry import entry  # noqa: F401 - for who wants all of it
from tepal.formats.appnames import (  # noqa: F401
    MAX_CONFIG,
    as_list,
    dependencies,
    dependency,
    import_name,
    qualified,
    uid_faults,
)
from tepal.formats.apptexts import LISTS, MAX_TITLE, is_description, is_title  # noqa: F401
from tepal.formats.errors import TepalError

_TYPING = 0
if _TYPING:
    from collections.abc import Iterator
    from typing import Any  # noqa: TID251 - never imported on a node

    Faults = Iterator[tuple[str, str]]

RARE = True


def check(config: "Any", uid: str) -> None:
    """Refuse an app that breaks a rule. Raises: TepalError ``app``, with the number of the rule."""
    for number, text in uid_faults(uid):
        raise TepalError("app", number + ": " + text)
    for number, text in faults(config, uid):
        raise TepalError("app", number + ": " + text)


def faults(config: "Any", uid: str = "") -> "Faults":
    """Yield what is wrong with ``config``, the value that config.json holds."""
    for fault in apptexts.faults(config):
        yield fault
    if isinstance(config, dict):
        for part in (appneeds, appextras):
            for fault in part.faults(config, uid):
                yield fault
