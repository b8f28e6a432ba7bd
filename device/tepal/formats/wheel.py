"""What stands in a wheel: names, tags, its record. https://packaging.python.org/specifications"""

# Of the part mqtt, which a release can leave out.

import binascii

from tepal.formats.errors import TepalError

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
INFO = ".dist-info"


def normal(name: str) -> str:
    """Return the name of a package as all its spellings are compared (PEP 503)."""
    found = ""
    for char in name.lower():
        if char not in "-_.":
            found += char
        elif found[-1:] != "-":
            found += "-"
    return found


def split(folder: str) -> tuple:
    """Return (name, version) of a folder ``name-version.dist-info``; empty ones if it is none."""
    name, dash, version = folder[: -len(INFO)].rpartition("-")
    if folder[-len(INFO) :] != INFO or not dash:
        return "", ""
    return name, version


def field(line: str) -> tuple:
    """Return (key, value) of a line of METADATA or WHEEL; an empty key where it goes on."""
    name, colon, value = line.partition(":")
    if not colon or line[:1] in (" ", "\t"):
        return "", ""
    return name.strip().lower(), value.strip()


def recorded(line: str) -> tuple:
    """Return (path, SHA-256 in hex, size) of a line of RECORD; no hash and -1 where it has none.

    Raises: TepalError ``wheel``.
    """
    parts = line.strip().split(",")
    if len(parts) < 3:
        raise TepalError("wheel", "RECORD: path, hash and size expected: " + line[:80])
    path = ",".join(parts[:-2])
    if path[:1] == '"':
        path = path[1:-1].replace('""', '"')
    digest, size = parts[-2:]
    if not digest:
        return path, "", -1
    kind, _, value = digest.partition("=")
    try:
        found = binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "=")
    except ValueError:
        found = b""
    if kind != "sha256" or len(found) != 32 or not size.isdigit():
        raise TepalError("wheel", "RECORD: sha256=… and a size expected for " + path[:80])
    return path, binascii.hexlify(found).decode(), int(size)


def runs(tag: str, about) -> bool:
    """Tell whether a node, see fitting.About, runs a wheel with this tag; a tag may stand for many."""
    parts = tag.split("-")
    if len(parts) != 3:
        return False
    for language in parts[0].split("."):
        for abi in parts[1].split("."):
            for platform in parts[2].split("."):
                if _runs(language, abi, platform, about):
                    return True
    return False


def _runs(language: str, abi: str, platform: str, about) -> bool:
    if (language, abi, platform) == ("py3", "none", "any"):
        return True
    if not about.mpy or language != "mpy%d" % (about.mpy & 255) or abi != "bytecode":
        return False
    system, _, machine = platform.partition("_")
    if system != "unix":
        return platform in ("any", about.platform)
    from tepal.formats import fitting

    here = fitting.bytecode(about.mpy).split(" ")[1]
    return about.platform in ("linux", "darwin") and machine in (here, "any")
