"""What ``/rest`` rarely needs: percent signs and quotes in paths, texts that are JSON, the root."""

import json

from tepal.formats.errors import TepalError

RARE = True


def command_line(path: str) -> str:
    """Return the command line in a path: a slash separates, except in double quotes.

    A value like ``10-20-30`` becomes three, which the original's shortcuts rely on.
    """
    parts = unquote(path).split('"')
    for index in range(0, len(parts), 2):
        words = parts[index].replace("/", " ").split(" ")
        parts[index] = " ".join([_spread(word) for word in words])
    return '"'.join(parts)


def unquote(text: str) -> str:
    """Return the text behind the percent signs.

    Raises: TepalError ``bad_request``.
    """
    parts = text.encode().split(b"%")
    data = parts[0]
    try:
        for part in parts[1:]:
            data += bytes([int(part[:2].decode(), 16)]) + part[2:]
        return data.decode()
    except (ValueError, UnicodeError):
        raise TepalError("bad_request", "percent-encoded UTF-8 expected")


def meaning(text: str) -> object:
    """Return what a text means that is itself JSON, as the original does."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def about(node) -> dict:
    """Return what the bare path answers."""
    about = {"micrOS": node.version, "tepal": node.version, "node": node.name}
    about["auth"] = node.auth.enabled
    pages = node.__dict__.get("pages")
    about["usr_endpoints"] = sorted([path[1:] for _, path in pages.all]) if pages else []
    return about


def _spread(word: str) -> str:
    """Return ``10-20-30`` as ``10 20 30``; other words, a negative number too, stay as they are."""
    numbers = word.split("-")
    for number in numbers:
        if not number.isdigit():
            return word
    return " ".join(numbers)
