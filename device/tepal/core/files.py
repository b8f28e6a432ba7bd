"""The files of a node, for commands: each asks for the role of who runs it."""

from micropython import const

_MOST = const(2048)  # bytes of a file in one answer


class Files:
    """What is reached and by whom is in ``filing``."""

    def __init__(self, node):
        from tepal.core import filing

        self.node = node
        self.writing = []  # places that are being written
        filing.clean()

    def list(self, path: str = "") -> list:
        """Return the files below ``path``; the folders there are for an empty one."""
        from tepal.core import filing

        return filing.listing(path, self._role())

    def read(self, path: str, offset: int = 0, size: int = _MOST) -> str:
        """Return up to ``size`` bytes of a text file. Raises: TepalError ``not_found`` …"""
        from tepal.core import filing
        from tepal.formats.errors import TepalError

        place = filing.reach(path, self._role())
        if filing.size(place) is None:
            raise TepalError("not_found", path + " is a folder")
        with open(place, "rb") as file:
            file.seek(max(0, offset))
            data = file.read(max(0, min(size, _MOST)))
        try:
            return data.decode()
        except UnicodeError:
            raise TepalError("encoding", path + " is no text: get it over HTTP")

    def write(self, path: str, text: str, append: bool = False) -> int:
        """Replace a text file, or add to it; return the bytes written."""
        from tepal.core import filing

        place = filing.reach(path, self._role(), True)
        data = text.encode()
        upload = filing.Upload(self, place, len(data))
        try:
            if append:
                filing.copy(place, upload)
            upload.write(data)
            upload.finish()
        finally:
            upload.close()
        return len(data)

    def delete(self, path: str) -> None:
        """Delete a file or an empty folder."""
        from tepal.core import filing

        filing.delete(path, self._role())

    def free(self) -> int:
        """Return the bytes that are free."""
        used, total = self.node.health().disk()
        return total - used

    def _role(self) -> int:
        return self.node.commands.caller.role
