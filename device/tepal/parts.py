"""Parts of a node that few nodes need: made when a module, a door or a person first wants one."""

RARE = True


def make(node, name: str):
    """Return the new part ``name``.

    Raises: AttributeError.
    """
    if name == "data":
        from tepal.core.data import Data as Part
    elif name == "files":
        from tepal.core.files import Files as Part
    elif name == "notify":
        from tepal.core.notify import Notify as Part
    elif name == "pages":
        from tepal.core.pages import Pages as Part
    elif name == "peers":
        from tepal.core.peers import Peers as Part
    elif name == "telegram":
        from tepal.services.telegram import Telegram as Part
    else:
        raise AttributeError(name)
    return Part(node)
