"""Whose turn it is: what changes files that must be right after a power cut comes one at a time."""

from tepal.formats.errors import TepalError

RARE = True


def take(node) -> None:
    """Make room for who comes now: ``node.session`` may be set.

    Raises: TepalError ``update_flash``, or ``update_busy`` if another one is at work.
    """
    if node.board().flash().is_fat():
        raise TepalError("update_flash", "FAT replaces nothing in one step; littlefs is wanted")
    before = node.__dict__.get("session")
    if before:
        if before.is_alive():
            raise TepalError("update_busy", "one comes by " + before.feed)
        before.close()
