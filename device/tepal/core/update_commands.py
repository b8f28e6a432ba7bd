"""The commands ``update``: how updates are, and what somebody decides about them."""

from tepal.core.commands import ADMIN, VIEW

RARE = True


def status(node) -> dict:
    """Return how updates are, and what a promoter offers."""
    return node.update().status(node)


def now(node) -> str:
    """Take what the promoter offers, even if it was rolled back before."""
    return node.update().now(node)


def confirm(node) -> str:
    """Keep the release that is on trial."""
    from tepal.core import trial

    return "Confirmed" if trial.confirm(node) else "Nothing is on trial"


async def rollback(node) -> str:
    """Return to the release before; the one that is not on trial any more is tried again."""
    from tepal.core import trial, updating

    if not trial.give_up(node, "somebody wanted the release before"):
        await updating.revert(node)
        node.restart(hard=True)
    return "Back to the release before.\nBye!"


COMMANDS = {
    "": (status, VIEW),
    "confirm": (confirm, ADMIN),
    "now": (now, ADMIN),
    "rollback": (rollback, ADMIN),
}
