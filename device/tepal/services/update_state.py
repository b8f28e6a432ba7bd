"""Updates as people see them: how they are, and the wish for one now."""

from tepal.core import updating
from tepal.formats.errors import TepalError

RARE = True


def status(node) -> dict:
    """Return the state of the engine, and what is known of the promoter, if there is one."""
    found = updating.status(node)
    feed = node.__dict__.get("update_feed")
    if feed:
        found["promoter"] = {
            "version": feed.version,  # that was looked at
            "offers": feed.offered,
            "problem": feed.problem,
        }
    return found


def now(node) -> str:
    """Let the node take what its promoter offers.

    Raises: TepalError ``config_value`` if it has none, ``already_running``.
    """
    feed = node.__dict__.get("update_feed")
    if feed is None:
        raise TepalError("config_value", "update_url: the address of a promoter expected")
    from tepal.services import update_http

    node.tasks.start("update.now", update_http.look(node, feed, False, True), "system")
    return "Looking at " + node.config.get("update_url")
