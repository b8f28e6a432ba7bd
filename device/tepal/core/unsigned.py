"""What nobody has signed, files without a manifest: whether a node takes it all the same."""

from tepal.core import release_keys
from tepal.formats.errors import TepalError

RARE = True


def require_allowed(node) -> None:
    """Return if this node takes what is not signed.

    Raises: TepalError ``release_unsigned``.
    """
    if node.config.get("update_strict") == "all":
        raise TepalError("release_unsigned", "update_strict is all")
    if release_keys.read(node.vault):
        raise TepalError("release_unsigned", "this node trusts those who publish, and nobody else")
