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


_MAKERS = {"peers": _peers}
