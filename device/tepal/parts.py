"""Parts of a node that few nodes need: made when a module, a door or a person first wants one."""

RARE = True


def make(node, name: str):
    """Return the new part ``name``.

    Raises: AttributeError.
    """
    maker = _MAKERS.get(name)
    if maker is None:
        raise AttributeError(name)
    return maker(node)


def _peers(node):
    from tepal.core.peers import Peers

    return Peers(node)


def _notify(node):
    from tepal.core.notify import Notify

    return Notify(node.log)


def _data(node):
    from tepal.core.data import Data

    return Data(node.clock)


def _files(node):
    from tepal.core.files import Files

    return Files(node)


def _pages(node):
    from tepal.core.pages import Pages

    return Pages()


_MAKERS = {"peers": _peers, "notify": _notify, "data": _data, "files": _files, "pages": _pages}
