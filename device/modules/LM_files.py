"""Files: what is in the folders of this node that people may reach."""

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "list path=None",
    "read path offset=0 size=1024",
    "write path text append=False",
    "delete path",
    "TEXTBOX usage",
)
VIEW = ("list", "read", "usage")  # each folder has a role of its own beyond that


def list(path=None):
    """Return the folders there are, or the files in one: data, modules, web, config, logs."""
    return node.files.list(path or "")


def read(path, offset=0, size=1024):
    """Return a part of a text file."""
    return node.files.read(path, offset, size)


def write(path, text, append=False):
    """Replace a text file, or add to it; longer ones are for HTTP: PUT /api/v1/files/<path>."""
    return {"written": node.files.write(path, str(text), append)}


def delete(path):
    """Delete a file, or a folder with nothing in it."""
    node.files.delete(path)
    return "Deleted " + path


def usage():
    """Return the bytes in use and free."""
    used, total = node.health().disk()
    return {"used": used, "free": total - used}
