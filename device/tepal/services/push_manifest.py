"""The manifest of a release that a host pushes: it begins the push, or it is refused."""

from tepal.core import feeding
from tepal.formats.errors import TepalError

RARE = True


async def handle(request) -> None:
    """Take a manifest, and see what of the release is here already."""
    node = request.node
    if node.__dict__.get("push"):
        raise TepalError("update_busy", "another push is under way")
    push = node.push = _opened(node)
    push.begin()
    try:
        await feeding.manifest(push.session, push.reading(request))
        push.is_begun = True
        await push.answer(request)
    except BaseException:  # a client that is gone, too: half a manifest is of no use
        push.close()
        raise
    finally:
        push.end()
    from tepal.services import update_idle

    node.tasks.start("update.push", update_idle.watch(push), "system")


def _opened(node):
    from tepal.core import updating
    from tepal.services.push import Push

    return Push(node, updating.open(node, "push", asked=True))
