"""Where an index is read from: a folder, or a web server."""

from __future__ import annotations

from pathlib import Path

from umbel.apps.index import Fetch
from umbel.errors import LinkError, UmbelError

_PATIENCE = 20.0  # seconds


def of(where: str) -> Fetch:
    """What reads files of the index at ``where``, a folder or an address."""
    if where.startswith(("http://", "https://")):
        return _web(where.rstrip("/"))
    return _folder(Path(where))


def _folder(folder: Path) -> Fetch:
    def fetch(path: str, most: int) -> bytes:
        try:
            with (folder / path).open("rb") as file:
                content = file.read(most + 1)
        except FileNotFoundError:
            raise UmbelError(
                f"{folder} has no {path}", remedy=f"umbel app index {folder}"
            ) from None
        except OSError as exc:
            raise UmbelError(f"{folder / path} cannot be read: {exc.strerror}") from exc
        return _bounded(content, most, str(folder / path))

    return fetch


def _web(url: str) -> Fetch:
    import httpx  # noqa: PLC0415 - it is heavy, and a folder needs none of it

    def fetch(path: str, most: int) -> bytes:
        content = b""
        try:
            with httpx.stream("GET", f"{url}/{path}", timeout=_PATIENCE) as answer:
                if not answer.is_success:
                    raise UmbelError(f"{url} has no {path}: it answers {answer.status_code}")
                for block in answer.iter_bytes():
                    content += block
                    if len(content) > most:
                        break
        except httpx.HTTPError as exc:
            raise LinkError(f"{url}/{path}: {exc}") from exc
        return _bounded(content, most, f"{url}/{path}")

    return fetch


def _bounded(content: bytes, most: int, where: str) -> bytes:
    if len(content) > most:
        raise UmbelError(f"{where} has more than {most:,} bytes")
    return content
